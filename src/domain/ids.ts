declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

/** A tenant: the uuid of its Keycloak organization. */
export type TenantId = Id<'tenant'>;
/** A person or service account: the `sub` of its Keycloak tokens. */
export type UserId = Id<'user'>;
export type RoleId = Id<'role'>;
export type GroupId = Id<'group'>;
export type ConnectionId = Id<'connection'>;
/** Somebody, or something, that has granted us access at a network. */
export type AdminProfileId = Id<'admin-profile'>;
/** One way to a network and back. */
export type AuthorizationId = Id<'connection-authorization'>;
export type MediaId = Id<'media'>;
/** An upload that comes bit by bit; media only once it is whole. */
export type UploadId = Id<'media-upload'>;
export type PolicyId = Id<'approval-policy'>;
export type BusinessCalendarId = Id<'business-calendar'>;
export type PostId = Id<'post'>;
export type RevisionId = Id<'post-revision'>;
export type TargetId = Id<'post-target'>;
export type ApprovalId = Id<'approval'>;
/** One stop of a tenant's publication. */
export type HaltId = Id<'halt'>;
export type AbsenceId = Id<'absence'>;
export type NotificationId = Id<'notification'>;
/** An external contact on one network. */
export type AuthorId = Id<'author'>;
export type ContactGroupId = Id<'contact-group'>;
export type ContactImportId = Id<'contact-import'>;
/** One author on one of our pages. */
export type ThreadId = Id<'thread'>;
export type MessageId = Id<'message'>;
/** A WhatsApp template. */
export type TemplateId = Id<'template'>;
export type CampaignId = Id<'campaign'>;
/** A row of a campaign's ledger: what one recipient was sent. */
export type CampaignMessageId = Id<'campaign-message'>;
/** A comment among colleagues on a post. */
export type CommentId = Id<'post-comment'>;
/** sha256, in hex, of what readers will see. */
export type ContentHash = Id<'content-hash'>;
/** sha256, in hex, of a file's bytes. */
export type Sha256 = Id<'sha256'>;
/** Milliseconds since the epoch, UTC. */
export type Instant = number;

import type { Violation } from '../../domain/content-violations.ts';
import type { ContentWarning } from '../../domain/content-warnings.ts';

/** What the networks refuse of a content, and what they show otherwise than expected, as English sentences. */
export function violationSentence({ rule, limit, value }: Violation): string {
  switch (rule) {
    case 'required':
      return 'There is nothing to publish: add a text, media or a connection.';
    case 'max_text_length':
      return `The text has ${value} characters; the network takes ${limit}.`;
    case 'max_hashtags':
      return `The text has ${value} hashtags; the network takes ${limit}.`;
    case 'max_mentions':
      return `The text mentions ${value} accounts; the network takes ${limit}.`;
    case 'format':
      return `The network has no format “${value}”: choose “${limit}”.`;
    case 'card_title':
      return 'The link has no title: this network shows what is given here, and reads nothing from the page.';
    case 'min_media':
      return `The post needs media here: ${value} given, at least ${limit} needed.`;
    case 'max_media':
      return `${value} files are given; the network takes ${limit} of this kind in one post.`;
    case 'media_kind':
      return `The file is of the kind ${value}; the network takes ${listed(limit, 'or')} here.`;
    case 'mixed_media':
      return `The network does not take ${listed(value, 'and')} in one post.`;
    case 'animated_alone':
      return 'An animated GIF can only stand alone here.';
    case 'image_type':
    case 'video_type':
    case 'document_type':
      return `The file is ${value}; the network takes ${limit}.`;
    case 'max_image_bytes':
    case 'max_video_bytes':
    case 'max_document_bytes':
      return `The file has ${tenths(value, 1_000_000, Math.ceil)} MB; the network takes ${tenths(limit, 1_000_000, Math.floor)} MB.`;
    case 'min_image_width':
      return `The image is ${value} pixels wide; the network needs ${limit}.`;
    case 'max_image_pixels':
      return `The image has ${value} pixels; the network takes ${limit}.`;
    case 'max_image_frames':
      return `The GIF has ${value} frames; the network takes ${limit}.`;
    case 'image_ratio':
      return `The image’s width is ${value} times its height; the network takes ${limit}.`;
    case 'min_video_duration':
      return `The video lasts ${tenths(value, 1_000, Math.floor)} s; the network needs ${tenths(limit, 1_000, Math.ceil)} s.`;
    case 'max_video_duration':
      return `The video lasts ${tenths(value, 1_000, Math.ceil)} s; the network takes ${tenths(limit, 1_000, Math.floor)} s here.`;
    case 'video_codec':
      return `The video is encoded as ${value}; the network takes ${limit}.`;
    case 'audio_codec':
      return `The video’s sound is encoded as ${value}; the network takes ${limit}.`;
    case 'min_video_width':
      return `The video is ${value} pixels wide; the network needs ${limit}.`;
    case 'min_video_height':
      return `The video is ${value} pixels high; the network needs ${limit}.`;
    case 'max_video_width':
      return `The video is ${value} pixels wide; the network takes ${limit}.`;
    case 'min_frame_rate':
      return `The video has ${value} frames a second; the network needs ${limit}.`;
    case 'max_frame_rate':
      return `The video has ${value} frames a second; the network takes ${limit}.`;
    case 'video_ratio':
      return `The video’s width is ${value} times its height; the network takes ${limit}.`;
    case 'max_document_pages':
      return `The document has ${value} pages; the network takes ${limit}.`;
  }
}

export function warningSentence({ code, limit, value }: ContentWarning): string {
  switch (code) {
    case 'text_folded':
      return 'The feed shows the beginning of the text only; the rest is behind “See more”.';
    case 'hashtags_beyond_advice':
      return `The text has ${value} hashtags; more than ${limit} do more harm than good here.`;
    case 'mention_not_resolved':
      return `“${value}” is shown as plain text here: nobody is mentioned.`;
    case 'link_not_clickable':
      return 'Links in the text cannot be clicked here.';
    case 'link_shortened':
      return `The network replaces links of more than ${limit} characters by short ones of its own.`;
    case 'link_not_shown':
      return 'The card of the link is not shown here: the post shows its media, or the network has no cards.';
    case 'card_read_from_page':
      return 'The network reads title, description and picture from the linked page; those given here are not used.';
    case 'card_without_picture':
      return 'The card of the link has no picture.';
    case 'shown_as_reel':
      return 'The network shows every single video as a reel.';
    case 'reel_cropped':
      return 'The video is not 9:16: as a reel it is cropped, or stands between bars.';
    case 'cropped_in_feed':
      return 'The feed shows a part of it only.';
    case 'hidden_in_album':
      return `The feed shows ${limit} files at once; ${value} stand behind the last one.`;
    case 'gif_shown_still':
      return 'The GIF does not move here: one frame of it is shown.';
    case 'no_alt_text':
      return 'The picture is not described for those who cannot see it.';
    case 'document_untitled':
      return 'The document has no title; readers see an empty one.';
    case 'same_as_recent_post':
      return 'Another post of the last weeks says the same on this page.';
  }
}

function listed(kinds: number | string | null, word: 'and' | 'or'): string {
  return String(kinds).replaceAll(', ', ` ${word} `);
}

/** A quantity in a larger unit, rounded away from the limit, so that no sentence says that 4 is more than 4. */
function tenths(quantity: number | string | null, unit: number, round: (value: number) => number): string {
  return String(round((Number(quantity) / unit) * 10) / 10);
}

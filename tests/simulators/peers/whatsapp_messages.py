"""Drives templates, messages and webhooks of the simulated WhatsApp Cloud API with pywa, and prints what it saw."""

import json
import os
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
from pywa import WhatsApp
from pywa.errors import WhatsAppError
from pywa.types import Button
from pywa.types.templates import (
    BodyText,
    Buttons,
    Carousel,
    CarouselCard,
    FooterText,
    HeaderImage,
    HeaderText,
    ParamFormat,
    QuickReplyButton,
    Template,
    TemplateCategory,
    TemplateLanguage,
    URLButton,
)

GRAPH_URL, NUMBER_ID = os.environ["GRAPH_URL"], os.environ["NUMBER_ID"]
PERSON = "393400000001"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")

wa = WhatsApp(
    phone_id=NUMBER_ID,
    token=os.environ["TOKEN"],
    session=httpx.Client(),
    waba_id=os.environ["WABA_ID"],
    app_id=os.environ["APP_ID"],
    app_secret=os.environ["APP_SECRET"],
)
wa.api._session.base_url = f"{GRAPH_URL}/v26.0"

told = {name: [] for name in ("templates", "statuses", "failures", "buttons", "texts", "files", "preferences", "refused")}


class App(BaseHTTPRequestHandler):
    """The app's webhook: pywa proves the signature and reads what was told."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        refused = wa.webhook_update_validator(body, self.headers["x-hub-signature-256"])
        if refused:
            told["refused"].append(refused)
        answer, status = refused or wa.webhook_update_handler(body)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *_):
        pass


@wa.on_template_status_update
def _(_, update):
    told["templates"].append([update.template_name, str(update.template_language), update.new_status, update.reason])


@wa.on_message_status
def _(_, status):
    if status.tracker is None:
        return
    if status.error is not None:
        told["failures"].append([status.tracker, type(status.error).__name__, status.error.code])
        return
    category = status.pricing.category if status.pricing else None
    told["statuses"].append([status.tracker, status.status, status.from_user.wa_id, category])


@wa.on_callback_button
def _(_, button):
    told["buttons"].append([button.title, button.data, button.is_quick_reply, button.reply_to_message.id])


@wa.on_message
def _(_, message):
    if message.has_media:
        told["files"].append([str(message.type), message.caption, message.media.mime_type, message.media.id.isdigit()])
        return
    told["texts"].append([message.from_user.wa_id, message.from_user.name, message.text])


@wa.on_user_marketing_preferences
def _(_, preference):
    told["preferences"].append([preference.from_user.wa_id, preference.value, bool(preference)])


def control(path, body):
    request = urllib.request.Request(f"{GRAPH_URL}/_control{path}", json.dumps(body).encode(), method="POST")
    request.add_header("content-type", "application/json")
    urllib.request.urlopen(request).close()


def until(look, count):
    give_up_at = time.monotonic() + 20
    while len(look()) < count and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return look()


def refusal(call):
    try:
        call()
    except WhatsAppError as error:
        return {"kind": type(error).__name__, "code": error.code, "subcode": error.subcode}
    return None


server = ThreadingHTTPServer(("127.0.0.1", 0), App)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/"
control("/settings", {"appWebhookUrl": address, "templateReviewMs": 200})
# Far enough apart that each status comes in a call of its own.
pace = {"deliveredAfterMs": 600, "readAfterMs": 600, "readShare": 1}
control("/messaging/settings", {"callbackUrl": address, **pace})

# Templates: named variables, places, a picture, a carousel.
header = HeaderText("Novità da {{negozio}}", negozio="Aurora")
body = BodyText("Ciao {{nome}}, il tuo ordine {{ordine}} ti aspetta in negozio.", nome="Elena", ordine="A-17")
reply = QuickReplyButton(text="Grazie")
link = URLButton(text="Segui", url="https://aurora.example/o/{{1}}", example="https://aurora.example/o/A-17")
order = Template(
    name="ordine_pronto",
    language=TemplateLanguage.ITALIAN,
    category=TemplateCategory.UTILITY,
    parameter_format=ParamFormat.NAMED,
    components=[header, body, FooterText(text="Rispondi STOP per non ricevere altro"), Buttons(buttons=[reply, link])],
)
picture = HeaderImage(example=JPEG, mime_type="image/jpeg")
place = BodyText("Buone feste {{1}} da tutto il Mercato Aurora", "Elena")
card_body = BodyText("Il cesto a soli {{1}} euro fino a domenica", "29")
feast = Template(
    name="cesti",
    language=TemplateLanguage.ITALIAN,
    category=TemplateCategory.MARKETING,
    components=[
        place,
        Carousel(
            cards=[
                CarouselCard(components=[picture, card_body, Buttons(buttons=[QuickReplyButton(text=label)])])
                for label in ("Grande", "Piccolo")
            ]
        ),
    ],
)
created = wa.create_template(order)
again = refusal(lambda: wa.create_template(order))
wa.create_template(feast)
until(lambda: told["templates"], 2)
details = wa.get_template(created.id)
listed = wa.get_templates(name="ordine")

# Messages: of a template, free text, buttons; each with our word in its statuses.
sent = wa.send_template(
    PERSON,
    "ordine_pronto",
    TemplateLanguage.ITALIAN,
    [
        header.params(negozio="Aurora"),
        body.params(nome="Ugo", ordine="B-2"),
        reply.params(callback_data="thanks", index=0),
        link.params(url_variable="B-2", index=1),
    ],
    tracker="row-1",
)
until(lambda: told["statuses"], 3)
unfilled = refusal(lambda: wa.send_template(PERSON, "ordine_pronto", TemplateLanguage.ITALIAN, [header.params(negozio="Aurora")]))
unknown = refusal(lambda: wa.send_template(PERSON, "ordine_pronto", TemplateLanguage.GERMAN, []))
closed = refusal(lambda: wa.send_message(PERSON, "Certo"))
control(f"/messaging/numbers/{NUMBER_ID}/inbound", {"from": PERSON, "name": "Ugo", "text": "Avete anche il blu?"})
text = wa.send_message(PERSON, "Certo", tracker="row-2")
until(lambda: told["statuses"], 6)
asked = wa.send_message(PERSON, "Lo mettiamo da parte?", buttons=[Button(title="Sì", callback_data="keep")], tracker="row-3")
until(lambda: told["statuses"], 9)

# What people do: a quick reply, a button, their settings.
pressed = {"text": "Grazie", "payload": "thanks"}
control(f"/messaging/numbers/{NUMBER_ID}/inbound", {"from": PERSON, "button": pressed, "answers": sent.id})
chosen = {"id": "keep", "title": "Sì"}
control(f"/messaging/numbers/{NUMBER_ID}/inbound", {"from": PERSON, "reply": chosen, "answers": asked.id})
control(f"/messaging/numbers/{NUMBER_ID}/preferences", {"from": PERSON, "value": "stop"})
until(lambda: told["preferences"], 1)

# Files, handed in or named by a link, and files that come.
uploaded = wa.upload_media(JPEG, mime_type="image/jpeg", filename="cesto.jpg")
wa.send_image(PERSON, uploaded.id, caption="Ecco", mime_type="image/jpeg", tracker="row-4")
until(lambda: told["statuses"], 12)
wa.send_document(PERSON, f"{address}gone.pdf", filename="listino.pdf", tracker="row-5")
until(lambda: told["failures"], 1)
strange = refusal(lambda: wa.send_image(PERSON, "4711", mime_type="image/jpeg"))
for media in ({"kind": "image", "caption": "Questo?"}, {"kind": "audio", "voice": True}):
    control(f"/messaging/numbers/{NUMBER_ID}/inbound", {"from": PERSON, "media": media})
until(lambda: told["files"], 2)

# Edits.
edited = wa.update_template(created.id, new_components=[body])
until(lambda: told["templates"], 3)
edited_again = refusal(lambda: wa.update_template(created.id, new_components=[body]))

# A template that is paced: what is held is dropped.
control("/messaging/settings", {"pacedAfter": 0})
places = [body.params(nome="Ugo", ordine="B-3")]
held = wa.send_template(PERSON, "ordine_pronto", TemplateLanguage.ITALIAN, places, tracker="row-6")
control(f"/templates/{created.id}/pacing", {"outcome": "drop"})
until(lambda: told["failures"], 2)
until(lambda: told["templates"], 4)
paused = refusal(lambda: wa.send_template(PERSON, "ordine_pronto", TemplateLanguage.ITALIAN, places))

# The end.
deleted = wa.delete_template("ordine_pronto")
gone = refusal(lambda: wa.get_template(created.id))
server.shutdown()

print(
    json.dumps(
        {
            "created": [created.status, created.category],
            "details": [details.name, details.status, details.parameter_format, [part.type for part in details.components]],
            "listed": [template.name for template in listed],
            "sent": sent.status,
            "held": held.status,
            "ids": [sent.id, text.id, asked.id],
            "edited": edited.success,
            "deleted": bool(deleted.success),
            "refusals": {
                "again": again,
                "unfilled": unfilled,
                "unknown": unknown,
                "closed": closed,
                "strange": strange,
                "paused": paused,
                "edited_again": edited_again,
                "gone": gone,
            },
            "told": told,
        }
    )
)

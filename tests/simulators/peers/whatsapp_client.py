"""Drives the simulated WhatsApp Cloud API with pywa and prints what it saw as JSON."""

import json
import os
import urllib.request

import httpx
from pywa import WhatsApp
from pywa.errors import WhatsAppError
from pywa.types import Pagination

GRAPH_URL = os.environ["GRAPH_URL"]
APP_ID, APP_SECRET = os.environ["APP_ID"], os.environ["APP_SECRET"]


def client(token):
    wa = WhatsApp(token=token, session=httpx.Client(), waba_id=os.environ["WABA_ID"])
    wa.api._session.base_url = f"{GRAPH_URL}/v26.0"
    return wa


def refusal(call):
    try:
        call()
    except WhatsAppError as error:
        return {"kind": type(error).__name__, "code": error.code, "subcode": error.subcode}
    return None


def control(path, body):
    request = urllib.request.Request(f"{GRAPH_URL}/_control{path}", json.dumps(body).encode(), method="POST")
    urllib.request.urlopen(request).close()


app = client("none").api
app_token = app.get_app_access_token(client_id=APP_ID, client_secret=APP_SECRET)["access_token"]
token = app.get_business_access_token(client_id=APP_ID, client_secret=APP_SECRET, code=os.environ["CODE"])
wrong = refusal(lambda: app.get_business_access_token(client_id=APP_ID, client_secret=APP_SECRET, code="x"))
wa = client(token["access_token"])
first = wa.get_business_phone_numbers(pagination=Pagination(limit=2))
numbers = first.all()
account = wa.get_business_account()
number = wa.get_business_phone_number(phone_id=numbers[0].id)
wa.api.set_waba_alternate_callback_url(
    waba_id=account.id, override_callback_uri="https://app.example/own", verify_token="verify"
)
subscribed = wa.api.get_waba_subscribed_apps(waba_id=account.id)["data"]
control(f"/tokens/{os.environ['SYSTEM_USER_ID']}/withdraw", {"scopes": ["whatsapp_business_management"]})
withdrawn = refusal(lambda: wa.get_business_phone_numbers())
control(f"/people/{os.environ['SYSTEM_USER_ID']}/revoke", {})
removed = refusal(lambda: wa.get_business_account())

print(
    json.dumps(
        {
            "appToken": app_token == f"{APP_ID}|{APP_SECRET}",
            "expires": token.get("expires_in"),
            "paged": [len(first), first.has_next],
            "numbers": [[item.display_phone_number, item.status, item.platform_type] for item in numbers],
            "account": [account.name, str(account.business_verification_status)],
            "number": [number.verified_name, number.quality_rating, number.code_verification_status],
            "subscribed": [subscribed[0]["whatsapp_business_api_data"]["id"], subscribed[0]["override_callback_uri"]],
            "refusals": {"wrong": wrong, "withdrawn": withdrawn, "removed": removed},
        }
    )
)

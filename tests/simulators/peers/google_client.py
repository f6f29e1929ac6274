"""Drives the simulated Google with Google's own clients and prints what they saw as JSON."""

import json
import os

import requests

from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import service_account
from google_auth_oauthlib.flow import Flow
from googleapiclient.discovery import build
from googleapiclient.errors import HttpError

URL = os.environ["GOOGLE_URL"]
REDIRECT = "http://localhost:9/callback"
SCOPES = "https://www.googleapis.com/auth/"
SIGN_IN = ["openid", SCOPES + "userinfo.email", SCOPES + "userinfo.profile"]


def consent(person, scopes, without=(), **parameters):
    """Lets a person consent, as Google's client has built the page's address; returns the client's credentials."""
    client = {
        "client_id": os.environ["CLIENT_ID"],
        "client_secret": os.environ["CLIENT_SECRET"],
        "auth_uri": URL + "/o/oauth2/v2/auth",
        "token_uri": URL + "/token",
    }
    flow = Flow.from_client_config({"web": client}, scopes, redirect_uri=REDIRECT, autogenerate_code_verifier=True)
    address, state = flow.authorization_url(access_type="offline", prompt="consent", **parameters)
    form = {"person": person, "scope": [scope for scope in scopes if scope not in without], "answer": "allow"}
    back = requests.post(address, data=form, allow_redirects=False).headers["location"]
    assert f"state={state}" in back
    flow.fetch_token(authorization_response=back)
    return flow.credentials


def api(name, version, credentials):
    return build(name, version, credentials=credentials, client_options={"api_endpoint": URL})


def refusal(request):
    try:
        request.execute()
    except HttpError as error:
        return [error.status_code, error.reason, error.error_details]
    return None


def dead(refresh):
    try:
        refresh()
    except RefreshError as error:
        return list(error.args)
    return None


def youtube():
    credentials = consent(os.environ["PERSON"], SIGN_IN + [SCOPES + "youtube.readonly", SCOPES + "youtube.upload"])
    channels = api("youtube", "v3", credentials).channels()
    mine = channels.list(part="snippet", mine=True).execute()
    return {
        "channels": [[item["id"], item["snippet"]["title"]] for item in mine["items"]],
        "no_filter": refusal(channels.list(part="snippet"))[:2],
    }


def business():
    credentials = consent(os.environ["PERSON"], SIGN_IN + [SCOPES + "business.manage"])
    accounts = api("mybusinessaccountmanagement", "v1", credentials).accounts().list().execute()["accounts"]
    information = api("mybusinessbusinessinformation", "v1", credentials)
    group = next(account["name"] for account in accounts if account["type"] == "LOCATION_GROUP")
    locations = information.accounts().locations()
    asked = locations.list(parent=group, readMask="name,title,metadata", pageSize=100)
    sheets = []
    while asked is not None:
        sheet = asked.execute()
        sheets.append(len(sheet["locations"]))
        asked = locations.list_next(asked, sheet)
    foreign = information.locations().get(name="locations/" + os.environ["FOREIGN_LOCATION"], readMask="name")
    return {
        "accounts": [account["type"] for account in accounts],
        "sheets": sheets,
        "without_mask": refusal(locations.list(parent=group, readMask=""))[:2],
        "foreign": refusal(foreign)[:2],
    }


def mail():
    modify, send = SCOPES + "gmail.modify", SCOPES + "gmail.send"
    users = api("gmail", "v1", consent(os.environ["PERSON"], SIGN_IN + [modify, send])).users()
    watch = users.watch(userId="me", body={"topicName": os.environ["TOPIC"], "labelIds": ["INBOX"]}).execute()
    partial = consent(os.environ["PERSON"], SIGN_IN + [modify, send], without=[modify])
    return {
        "address": users.getProfile(userId="me").execute()["emailAddress"],
        "watch": sorted(watch),
        "granted": partial.granted_scopes,
        "without_scope": refusal(api("gmail", "v1", partial).users().getProfile(userId="me")),
    }


def robot():
    info = json.loads(os.environ["KEY_FILE"])
    credentials = service_account.Credentials.from_service_account_info(info, scopes=[SCOPES + "androidpublisher"])
    reviews = api("androidpublisher", "v3", credentials).reviews()
    wrong = service_account.Credentials.from_service_account_info(
        {**info, "client_email": "nobody@elsewhere.iam.gserviceaccount.com"}, scopes=[SCOPES + "androidpublisher"]
    )
    return {
        "reviews": reviews.list(packageName="it.mercatoaurora.app").execute(),
        "foreign": refusal(reviews.list(packageName="it.bancalariana.mobile")),
        "unknown": refusal(reviews.list(packageName="it.nobody"))[:2],
        "no_account": dead(lambda: wrong.refresh(Request())),
    }


def lifecycle():
    credentials = consent(os.environ["PERSON"], SIGN_IN + [SCOPES + "gmail.modify"])
    first = credentials.token
    credentials.refresh(Request())
    renewed = credentials.token != first
    revoked = requests.post(URL + "/revoke", data={"token": credentials.refresh_token}).status_code
    return {
        "renewed": renewed,
        "revoked": revoked,
        # The client answers a 401 with a refresh of its own accord, and tells how that went.
        "refused": dead(api("gmail", "v1", credentials).users().getProfile(userId="me").execute),
        "dead": dead(lambda: credentials.refresh(Request())),
    }


parts = {"youtube": youtube, "business": business, "mail": mail, "robot": robot, "lifecycle": lifecycle}
print(json.dumps({name: part() for name, part in parts.items()}))

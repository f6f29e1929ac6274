"""Drives the simulated X with tweepy and prints what it saw as JSON."""

import json
import os
import re
from urllib.parse import urlsplit

import requests
import tweepy
from oauthlib.oauth2 import OAuth2Error
from requests.adapters import HTTPAdapter

X_URL = os.environ["X_URL"]
REDIRECT = "https://chorally.example/back"
SCOPES = ["tweet.read", "users.read", "tweet.write", "offline.access"]


class Led(HTTPAdapter):
    """Leads what is meant for X's hosts to the simulator."""

    def send(self, request, **options):
        target = urlsplit(request.url)
        request.url = X_URL + target.path + (f"?{target.query}" if target.query else "")
        return super().send(request, **options)


def led(session):
    session.mount("https://", Led())
    return session


def handler():
    return led(
        tweepy.OAuth2UserHandler(
            client_id=os.environ["CLIENT_ID"],
            client_secret=os.environ["CLIENT_SECRET"],
            redirect_uri=REDIRECT,
            scope=SCOPES,
        )
    )


def consent(auth, answer):
    url = auth.get_authorization_url()
    person = led(requests.Session())
    shown = person.get(url).text
    scopes = re.findall(r'name="scope" value="([^"]*)"', shown)
    form = {"person": os.environ["ACCOUNT_ID"], "scope": scopes, "answer": answer}
    return person.post(url, data=form, allow_redirects=False).headers["location"]


def client(token):
    api = tweepy.Client(token["access_token"])
    led(api.session)
    return api


def me(token):
    user = client(token).get_me(user_auth=False, user_fields=["verified_type", "profile_image_url"]).data
    return [str(user.id), user.name, user.username, user["verified_type"], user.profile_image_url]


def refusal(call):
    try:
        call()
    except OAuth2Error as error:
        return [error.error, error.description]
    except tweepy.HTTPException as error:
        return [error.response.status_code, error.response.json()["title"]]
    return None


def refresh(auth, token):
    return auth.refresh_token(
        "https://api.twitter.com/2/oauth2/token", refresh_token=token["refresh_token"], auth=auth.auth
    )


def stolen(victim, thief):
    return re.sub(r"state=[^&]*", f"state={thief._state}", consent(victim, "allow"))


auth = handler()
first = auth.fetch_token(consent(auth, "allow"))
seen = {"scope": first["scope"], "expires_in": first["expires_in"], "me": me(first)}
second = refresh(auth, first)
seen["rotated"] = second["refresh_token"] != first["refresh_token"]
seen["me_after"] = me(second)
seen["reused"] = refusal(lambda: refresh(auth, first))
seen["ended"] = refusal(lambda: me(second))
seen["app_only"] = refusal(lambda: me({"access_token": os.environ["APP_TOKEN"]}))

other = handler()
seen["denied"] = refusal(lambda: other.fetch_token(consent(other, "deny")))

thief, victim = handler(), handler()
seen["stolen_code"] = refusal(lambda: (thief.get_authorization_url(), thief.fetch_token(stolen(victim, thief))))
print(json.dumps(seen))

"""Drives the simulated Graph API with Meta's own client and prints what it saw as JSON."""

import json
import os
import time

from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

FacebookSession.GRAPH = os.environ["GRAPH_URL"]
APP_SECRET = os.environ["APP_SECRET"]
VERSION = "v26.0"


def api(token):
    return FacebookAdsApi(FacebookSession("700000000000001", APP_SECRET, token), VERSION)


def refusal(call):
    try:
        call()
    except FacebookRequestError as error:
        return {
            "status": error.http_status(),
            "code": error.api_error_code(),
            "subcode": error.api_error_subcode(),
            "type": error.api_error_type(),
        }
    return None


def facebook():
    page = Page(os.environ["PAGE_ID"], api=api(os.environ["PAGE_TOKEN"]))
    profile = page.api_get(fields=["id", "name", "username"])
    photo = page.create_photo(params={"url": os.environ["IMAGE_URL"], "published": False})
    post = page.create_feed(
        fields=["id", "permalink_url"],
        params={"message": "Ciao dal client di Meta", "attached_media": [{"media_fbid": photo["id"]}]},
    )
    for number in range(3):
        page.create_feed(params={"message": f"Testo {number}"})
    listed = list(page.get_published_posts(fields=["id", "message", "attachments{target{id}}"], params={"limit": 2}))
    first = next(item for item in listed if item["id"] == post["id"])
    long_text = refusal(lambda: page.create_feed(params={"message": "a" * 63207}))
    page.create_feed(params={"message": "Uguale"})
    duplicate = refusal(lambda: page.create_feed(params={"message": "Uguale"}))
    missing = refusal(lambda: page.create_photo(params={"url": os.environ["MISSING_URL"], "published": False}))
    foreign = Page(os.environ["OTHER_PAGE_ID"], api=api(os.environ["PAGE_TOKEN"]))
    return {
        "profile": profile.export_all_data(),
        "photo": photo["id"],
        "post": post["id"],
        "listed": len(listed),
        "attached": first["attachments"]["data"][0]["target"]["id"],
        "refusals": {
            "long": long_text,
            "duplicate": duplicate,
            "missing": missing,
            "foreign": refusal(lambda: foreign.create_feed(params={"message": "x"})),
        },
    }


def instagram():
    client = api(os.environ["ACCOUNT_TOKEN"])
    account = IGUser(os.environ["ACCOUNT_ID"], api=client)
    container = account.create_media(
        params={"image_url": os.environ["IMAGE_URL"], "caption": "Ciao #mercato", "alt_text": "Un quadrato"}
    )
    early = refusal(lambda: account.create_media_publish(params={"creation_id": container["id"]}))
    states = []
    while not states or states[-1] == "IN_PROGRESS":
        states.append(IGMedia(container["id"], api=client).api_get(fields=["status_code"])["status_code"])
        time.sleep(0.05)
    media = account.create_media_publish(params={"creation_id": container["id"]})
    again = refusal(lambda: account.create_media_publish(params={"creation_id": container["id"]}))
    read = IGMedia(media["id"], api=client).api_get(fields=["caption", "permalink", "timestamp"])
    quota = account.get_content_publishing_limit(fields=["quota_usage", "config"])
    return {
        "states": [states[0], states[-1]],
        "media": media["id"],
        "caption": read["caption"],
        "listed": [item["id"] for item in account.get_media(fields=["id"])],
        "quota": quota[0].export_all_data(),
        "refusals": {"early": early, "again": again},
    }


def person():
    client = api(os.environ["PERSON_TOKEN"])
    return [item["id"] for item in User("me", api=client).get_accounts(fields=["id", "access_token"])]


print(json.dumps({"facebook": facebook(), "instagram": instagram(), "pages": person()}))

"""Drives the simulated Graph API with Meta's own client and prints what it saw as JSON."""

import json
import os
import time

import requests

from facebook_business.adobjects.advideo import AdVideo
from facebook_business.adobjects.business import Business
from facebook_business.adobjects.iguser import IGUser
from facebook_business.adobjects.igmedia import IGMedia
from facebook_business.adobjects.page import Page
from facebook_business.adobjects.pagepost import PagePost
from facebook_business.adobjects.user import User
from facebook_business.adobjects.whatsappbusinessaccount import WhatsAppBusinessAccount
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


def facebook_films():
    client = api(os.environ["PAGE_TOKEN"])
    page = Page(os.environ["PAGE_ID"], api=client)
    photos = [page.create_photo(params={"url": os.environ["IMAGE_URL"], "published": False}) for _ in range(2)]
    album = page.create_feed(
        params={"message": "Album", "attached_media": [{"media_fbid": photo["id"]} for photo in photos]}
    )
    shown = PagePost(album["id"], api=client).api_get(fields=["attachments{media_type,subattachments{target{id}}}"])
    attachment = shown["attachments"]["data"][0]
    PagePost(album["id"], api=client).api_update(params={"message": "Album corretto"})

    video = page.create_video(params={"file_url": os.environ["FILM_URL"], "published": False})
    states = video_states(client, video["id"])
    AdVideo(video["id"], api=client).api_update(params={"published": True, "description": "Film"})
    published = AdVideo(video["id"], api=client).api_get(fields=["published", "post_id", "description"])
    AdVideo(video["id"], api=client).api_update(params={"description": "Film corretto"})

    place = page.create_video_reel(params={"upload_phase": "start"})
    upload = requests.post(
        place["upload_url"],
        headers={"Authorization": "OAuth " + os.environ["PAGE_TOKEN"], "file_url": os.environ["FILM_URL"]},
    )
    page.create_video_reel(
        params={
            "upload_phase": "finish",
            "video_id": place["video_id"],
            "video_state": "PUBLISHED",
            "description": "Reel",
        }
    )
    reel_states = video_states(client, place["video_id"])
    link = page.create_feed(params={"message": "Con link", "link": os.environ["PAGE_URL"]})
    preview = PagePost(link["id"], api=client).api_get(fields=["attachments{title,media_type}"])
    gone = page.create_feed(params={"message": "Da togliere"})
    PagePost(gone["id"], api=client).api_delete()
    return {
        "album": {
            "type": attachment["media_type"],
            "photos": [item["target"]["id"] for item in attachment["subattachments"]["data"]]
            == [photo["id"] for photo in photos],
        },
        "video": {"states": states, "published": published["published"], "description": published["description"]},
        "reel": {"upload": upload.json(), "states": reel_states},
        "preview": preview["attachments"]["data"][0]["title"],
        "refusals": {
            "missing": refusal(lambda: page.create_video(params={"file_url": os.environ["MISSING_URL"]})),
            "deleted": refusal(lambda: PagePost(gone["id"], api=client).api_get()),
        },
    }


def video_states(client, video):
    states = []
    while not states or states[-1] in ("processing", "uploading", "upload_complete"):
        states.append(AdVideo(video, api=client).api_get(fields=["status"])["status"]["video_status"])
        time.sleep(0.05)
    return [states[0], states[-1]]


def instagram_films():
    client = api(os.environ["ACCOUNT_TOKEN"])
    account = IGUser(os.environ["ACCOUNT_ID"], api=client)
    image = account.create_media(params={"image_url": os.environ["IMAGE_URL"], "is_carousel_item": True})
    film = account.create_media(
        params={"media_type": "VIDEO", "video_url": os.environ["FILM_URL"], "is_carousel_item": True}
    )
    children = [image["id"], film["id"]]
    for child in children:
        finished(client, child)
    alone = refusal(lambda: account.create_media(params={"media_type": "CAROUSEL", "children": children[:1]}))
    carousel = account.create_media(params={"media_type": "CAROUSEL", "children": children, "caption": "Due"})
    finished(client, carousel["id"])
    album = account.create_media_publish(params={"creation_id": carousel["id"]})
    reel = account.create_media(
        params={"media_type": "REELS", "video_url": os.environ["FILM_URL"], "caption": "Reel", "share_to_feed": True}
    )
    finished(client, reel["id"])
    shown = account.create_media_publish(params={"creation_id": reel["id"]})
    fields = ["media_type", "media_product_type", "children{media_type}"]
    read = IGMedia(album["id"], api=client).api_get(fields=fields)
    return {
        "carousel": [read["media_type"], [item["media_type"] for item in read["children"]["data"]]],
        "reel": IGMedia(shown["id"], api=client).api_get(fields=fields)["media_product_type"],
        "used": account.get_content_publishing_limit(fields=["quota_usage"])[0]["quota_usage"],
        "refusals": {"alone": alone},
    }


def finished(client, container):
    while IGMedia(container, api=client).api_get(fields=["status_code"])["status_code"] == "IN_PROGRESS":
        time.sleep(0.05)


def person():
    client = api(os.environ["PERSON_TOKEN"])
    return [item["id"] for item in User("me", api=client).get_accounts(fields=["id", "access_token"])]


def grants():
    app_id, redirect = "700000000000001", os.environ["REDIRECT_URI"]
    app = api(f"{app_id}|{APP_SECRET}")

    def exchange(**params):
        return app.call(
            "GET", ["oauth", "access_token"], {"client_id": app_id, "client_secret": APP_SECRET, **params}
        ).json()

    code = {"code": os.environ["CODE"], "redirect_uri": redirect}
    short = exchange(**code)["access_token"]
    used = refusal(lambda: exchange(**code))
    long = exchange(grant_type="fb_exchange_token", fb_exchange_token=short)
    person = User("me", api=api(long["access_token"]))
    pages = list(person.get_accounts(fields=["id", "access_token", "tasks"], params={"limit": 2}))
    business = person.get_businesses(fields=["id", "name"])[0]
    owned = Business(business["id"], api=api(long["access_token"])).get_owned_pages(fields=["id", "access_token"])
    page = Page(pages[0]["id"], api=api(pages[0]["access_token"]))
    page.create_subscribed_app(params={"subscribed_fields": ["feed", "mention"]})
    unsubscribable = refusal(lambda: page.create_subscribed_app(params={"subscribed_fields": ["messages"]}))
    debugged = app.call("GET", ["debug_token"], {"input_token": pages[0]["access_token"]}).json()["data"]
    granted = [item["permission"] for item in person.get_permissions() if item["status"] == "granted"]
    seen = {
        "lives": long["expires_in"],
        "pages": [item["id"] for item in pages],
        "owned": {item["id"]: "access_token" in item for item in owned},
        "business": business["name"],
        "subscribed": page.get_subscribed_apps(fields=["subscribed_fields"])[0]["subscribed_fields"],
        "debugged": {name: debugged[name] for name in ("app_id", "type", "is_valid", "profile_id", "user_id")},
        "scopes": sorted(debugged["scopes"]) == sorted(granted),
        "granted": len(granted),
    }
    person.delete_permissions()
    gone = refusal(lambda: page.api_get(fields=["id"]))
    return {**seen, "refusals": {"used": used, "unsubscribable": unsubscribable, "gone": gone}}


def whatsapp():
    client = api(os.environ["BUSINESS_TOKEN"])
    account = WhatsAppBusinessAccount(os.environ["WABA_ID"], api=client)
    numbers = list(account.get_phone_numbers(fields=["id", "display_phone_number", "status"], params={"limit": 1}))
    account.create_subscribed_app()
    owned = Business(os.environ["BUSINESS_ID"], api=client).get_owned_whats_app_business_accounts(fields=["id", "name"])
    return {
        "numbers": [number["display_phone_number"] for number in numbers],
        "owned": [item["name"] for item in owned],
        "subscribed": len(account.get_subscribed_apps()),
    }


parts = {
    "grants": grants,
    "whatsapp": whatsapp,
    "facebook": facebook,
    "instagram": instagram,
    "pages": person,
    "facebook_films": facebook_films,
    "instagram_films": instagram_films,
}
print(json.dumps({name: parts[name]() for name in os.environ["PARTS"].split(",")}))

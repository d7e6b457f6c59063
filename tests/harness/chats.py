"""Stand-ins for what channels talk to: Telegram's Bot API, Slack's incoming webhooks, Datadog's events, and somebody's
own webhook. Each request is checked against the published description; what does not fit is remembered in
`complaints` and answered as the service does. `failures`: (status, body) given out one by one first; `loses`: so many
requests are carried out and their answers lost."""
import hashlib
import hmac
import json
import re
import time

from .loopback import Handler, LoopbackServer

TELEGRAM_SEND = {"chat_id", "message_thread_id", "text", "parse_mode", "link_preview_options", "reply_markup"}
TELEGRAM_EDIT = {"chat_id", "message_id", "text", "parse_mode", "link_preview_options", "reply_markup"}
TELEGRAM_TAGS = re.compile(r'</?(?:b|i|code|pre)>|<a href="[^"<>]*">|</a>')
DATADOG = {"title", "text", "alert_type", "aggregation_key", "date_happened", "source_type_name", "tags", "priority",
           "host", "device_name", "related_event_id"}


class Chats(LoopbackServer):
    def __init__(self, secret="s" * 40):
        self.secret = secret
        self.telegram = {}  # message id → text, as the chat shows it
        self.got = []       # (service, body)
        self.complaints = []
        self.failures = []
        self.loses = 0
        super().__init__(_Handler)

    def bodies(self, service):
        return [body for name, body in self.got if name == service]


class _Handler(Handler):
    def do_POST(self):
        raw = self.read_body()
        if self.owner.failures:
            status, body = self.owner.failures.pop(0)
            return self._say(status, body)
        found = self._find()
        if not found:
            return self._say(404, {"ok": False, "description": "Not Found"})
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        answer = found(body, raw)
        if self.owner.loses > 0:
            self.owner.loses -= 1
            self.close_connection = True
            return None
        return self._say(*answer)

    def _find(self):
        if self.path.startswith("/bot123:token/"):
            return self._telegram
        return {"/slack/T0/B0/x": self._slack, "/api/v1/events": self._datadog, "/hook": self._webhook}.get(self.path)

    def _complain(self, text, status=400):
        self.owner.complaints.append(text)
        return status, {"ok": False, "description": text}

    def _telegram(self, body, _):
        method = self.path.rpartition("/")[2]
        fields = {"sendMessage": TELEGRAM_SEND, "editMessageText": TELEGRAM_EDIT}.get(method)
        if fields is None or not isinstance(body, dict) or set(body) - fields or "chat_id" not in body:
            return self._complain(f"{method}: {body}")
        text = body.get("text", "")
        if not 1 <= len(text) <= 4096:
            return self._complain(f"text of {len(text)} characters")
        if body.get("parse_mode") == "HTML" and re.search("[<>]", TELEGRAM_TAGS.sub("", text)):
            return self._complain("Bad Request: can't parse entities")
        return self._keep_telegram(method, body)

    def _keep_telegram(self, method, body):
        number = body.get("message_id") or len(self.owner.telegram) + 1
        if method == "editMessageText" and number not in self.owner.telegram:
            return 400, {"ok": False, "description": "Bad Request: message to edit not found"}
        if self.owner.telegram.get(number) == body["text"]:
            return 400, {"ok": False, "description": "Bad Request: message is not modified: exactly the same"}
        self.owner.telegram[number] = body["text"]
        self.owner.got.append(("telegram", body))
        return 200, {"ok": True, "result": {"message_id": number, "chat": {"id": body["chat_id"]}}}

    def _slack(self, body, _):
        if not isinstance(body, dict) or not isinstance(body.get("text"), str) or len(body.get("blocks", [])) > 50:
            return self._complain("invalid_payload")
        for block in body.get("blocks", []):
            text = block.get("text", {})
            if block.get("type") != "section" or text.get("type") != "mrkdwn" or not 1 <= len(text["text"]) <= 3000:
                return self._complain("invalid_blocks")
            if re.search(r"<[!@#]", text["text"]):
                return self._complain("somebody is called")
        self.owner.got.append(("slack", body))
        return 200, "ok"

    def _datadog(self, body, _):
        if self.headers.get("DD-API-KEY") != "dd-key":
            return 403, {"errors": ["Forbidden"]}
        fits = isinstance(body, dict) and not set(body) - DATADOG and body.get("title") and len(body["text"]) <= 4000
        kinds = {"error", "warning", "info", "success"}
        if not fits or body["alert_type"] not in kinds or len(body["aggregation_key"]) > 100:
            return self._complain(f"event: {body}")
        if abs(body["date_happened"] - time.time()) > 7 * 86400:
            return self._complain("date_happened")
        self.owner.got.append(("datadog", body))
        return 202, {"status": "ok", "event": {"id": len(self.owner.got)}}

    def _webhook(self, body, raw):
        at = self.headers.get("Triphammer-Timestamp", "")
        sum_ = hmac.new(self.owner.secret.encode(), at.encode() + b"." + raw, hashlib.sha256).hexdigest()
        if self.headers.get("Triphammer-Signature") != f"v1={sum_}" or abs(int(at) - time.time()) > 300:
            return self._complain("the signature does not hold", 401)
        if not {"specversion", "id", "source", "type", "data"} <= set(body) or body["specversion"] != "1.0":
            return self._complain(f"no CloudEvent: {body}")
        if self.headers.get("Triphammer-Delivery") != body["id"]:
            return self._complain("the delivery's id is another in the head")
        self.owner.got.append(("webhook", body))
        return 204, ""

    def _say(self, status, body):
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.answer(status, [("Content-Type", "application/json")], b"" if status == 204 else content)

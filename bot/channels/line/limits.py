"""LINE's limits, each with its page of the manual; holds numbers only.

Pages are anchors of https://developers.line.biz/en/reference/messaging-api/ unless said otherwise. How each is
counted (UTF-16 code units or graphemes) is on https://developers.line.biz/en/docs/messaging-api/text-character-count/.
"""

MESSAGES_PER_CALL = 5  # #send-reply-message, #send-push-message
TEXT_UNITS = 5_000  # #text-message, UTF-16 code units
ALT_TEXT_UNITS = 1_500  # #flex-message, UTF-16 code units
BUBBLE_BYTES = 30_000  # #bubble: 30 KB of JSON; read as the smaller kilobyte
LOADING = b'{"loadingSeconds":5}'
"""The shortest loading animation; it ends with the next message. #display-a-loading-indicator"""
QUICK_REPLIES = 13  # #quick-reply
QUICK_LABEL_GRAPHEMES = 20  # #postback-action-label-spec
FLEX_LABEL_GRAPHEMES = 40  # #postback-action-label-spec
DISPLAY_TEXT_GRAPHEMES = 300  # #postback-action
POSTBACK_DATA_UNITS = 300  # #postback-action; a Choice carries at most 64 bytes
URI_UNITS = 1_000  # #uri-action
URI_SCHEMES = ("http://", "https://", "line://", "tel:")  # #uri-action

MULTICAST_RECIPIENTS = 500  # #send-multicast-message
PUSH_RATE = 2_000.0  # #rate-limits: calls a second, in a bucket of its own for each endpoint
MULTICAST_RATE = 200.0  # #rate-limits
MENU_RATE = 2_000.0  # #rate-limits, "other endpoints"
MENUS_LINKED = 500  # #link-rich-menu-to-users
BROADCAST_RATE = 60 / 3600  # #rate-limits: 60 an hour

REPLY_SECONDS = 55.0  # #send-reply-message-reply-token: use it within 1 minute of the webhook; 5 s are for the way
RATE_PAUSE = 1.0  # #rate-limits-how: buckets refill every second; no Retry-After is documented

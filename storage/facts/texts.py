"""What a text is: the same words in several languages; says nothing of what they are about."""

from collections.abc import Mapping

Texts = Mapping[str, str]
"""One text in several languages: language tag (``ja``, ``en``, ``ja-easy`` …) to words; ``ja`` is always there."""

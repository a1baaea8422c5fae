"""Examples in brackets, which say what is meant and ask for nothing themselves."""

import re

EXAMPLES = re.compile(
    r"[(\[](?:\s*(?:e\.?\s?g|for example|such as|including|i\.?e|documents?|please)\b)[^)\]]*[)\]]", re.IGNORECASE
)

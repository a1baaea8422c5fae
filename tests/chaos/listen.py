"""Writes down every event of the workers, as a listener hears them: `python -m tests.chaos.listen FILE`."""

import json
import sys
import time
from pathlib import Path

from workers.app import app


def main() -> None:
    path = Path(sys.argv[1])
    while True:
        try:
            with path.open("a") as out, app.connection_for_read() as connection:

                def note(event: dict) -> None:
                    out.write(json.dumps(event, default=repr) + "\n")
                    out.flush()

                app.events.Receiver(connection, handlers={"*": note}).capture(limit=None, timeout=None)
        except Exception:  # the broker is away: it is killed on purpose
            time.sleep(0.5)


if __name__ == "__main__":
    main()

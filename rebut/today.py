"""Today, where the person at the terminal did not say which day it is."""

import datetime as dt


def today() -> dt.date:
    """Return the date of this machine's own clock and time zone: the day the person is in."""
    return dt.datetime.now().astimezone().date()

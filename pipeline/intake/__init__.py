"""Papers that come by e-mail or into a folder: whether they are taken, what becomes of them, what is said of it."""

from pipeline.intake.settings import Intake, load_intake

__all__ = ["Intake", "load_intake"]

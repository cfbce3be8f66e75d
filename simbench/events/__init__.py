"""What comes out of a site: the tables' schemas, the run on disk, and codecs for other tools' formats."""

from simbench.events.run import Observed, PageImage, Run, RunWriter

__all__ = ["Observed", "PageImage", "Run", "RunWriter"]

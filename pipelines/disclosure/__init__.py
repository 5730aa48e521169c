"""Disclosure control over every published table as one linked system.

``safe`` is the step of the line: from marts to safe tables. ``cells`` reads marts as cells and the sums among them,
``protect`` chooses what is withheld besides the small counts, ``rounding`` is what may be done to the counts that are
shown. ``attack`` is the adversary: it has only what is published, and shares no code with the others.
"""

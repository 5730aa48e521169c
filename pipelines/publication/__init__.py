"""Publication: a release that stands in the publish folder becomes a commit and a tag of a git repository.

Belongs here: everything that leaves this machine. Does not belong here: making a release (``release``) or checking one
(``verify``). ``git`` runs the program, ``repository`` says what such a repository holds, ``push`` brings a release there and
``pull`` back, ``assets`` hands over the files that git does not keep.
"""

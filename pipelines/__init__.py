"""The steps of the line, one module a step: from received files to a published release."""

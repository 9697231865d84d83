"""How good it is: every decision of Curate and every text of a page, held against labelled data (``make eval``)."""

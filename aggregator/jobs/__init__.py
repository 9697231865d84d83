"""The jobs: load, decide (in the pipeline), save. ``workers.sync`` runs them in this order.

refresh(feeds)            ask feeds, read their documents on all cores, save what is new, a batch a transaction
fetch_pages()             the pages of teasers, where feeds.yaml says so: robots.txt, the article, the entry's text
curate()                  new entries in order of arrival: copies, stories, topics
publish_all()             every output in all its formats, written only when its bytes change
compose_issue(digest)     freeze one issue, or record that there was nothing to tell
deliver()                 each issue on its way to each of its recipients
"""

-- A new database in one step, as the migrations make it in several: tests/store/test_schema.py holds the two together.
-- SQLite only; every other database, and every one that is older, goes through store/migrations/.

CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

CREATE TABLE meta (
  "key" VARCHAR NOT NULL,
  value TEXT NOT NULL,
  CONSTRAINT pk_meta PRIMARY KEY ("key")
);

CREATE TABLE feed (
  id INTEGER NOT NULL,
  url TEXT NOT NULL,
  listed BOOLEAN NOT NULL,
  listed_title TEXT NOT NULL,
  listed_publisher TEXT NOT NULL,
  title TEXT NOT NULL,
  home TEXT NOT NULL,
  publisher TEXT NOT NULL,
  format VARCHAR NOT NULL,
  atom_id TEXT NOT NULL,
  language VARCHAR NOT NULL,
  updated BIGINT,
  validators_url TEXT NOT NULL,
  etag TEXT NOT NULL,
  last_modified TEXT NOT NULL,
  body_hash VARCHAR NOT NULL,
  criterion VARCHAR NOT NULL,
  ttl INTEGER NOT NULL,
  skip_hours JSON NOT NULL,
  skip_days JSON NOT NULL,
  moved_to TEXT NOT NULL,
  moved_since BIGINT,
  status INTEGER NOT NULL,
  outcome VARCHAR NOT NULL,
  error TEXT NOT NULL,
  failures INTEGER NOT NULL,
  fetched BIGINT,
  succeeded BIGINT,
  newest BIGINT,
  rhythm FLOAT NOT NULL,
  due BIGINT,
  due_reason TEXT NOT NULL,
  wait_until BIGINT,
  gone BOOLEAN NOT NULL,
  first_seen BIGINT NOT NULL,
  document_read BIGINT,
  entries INTEGER NOT NULL,
  lease_until BIGINT,
  token INTEGER NOT NULL,
  moved_count INTEGER NOT NULL,
  freshness INTEGER NOT NULL,
  answers_full INTEGER NOT NULL,
  answers_unchanged INTEGER NOT NULL,
  same_bytes INTEGER NOT NULL,
  rejected INTEGER NOT NULL,
  adopted TEXT NOT NULL,
  reject TEXT NOT NULL,
  failing_since BIGINT,
  fresh_until BIGINT,
  unclosed BOOLEAN DEFAULT '0' NOT NULL,
  whole BOOLEAN DEFAULT '0' NOT NULL,
  CONSTRAINT pk_feed PRIMARY KEY (id),
  CONSTRAINT uq_feed_url UNIQUE (url)
);

CREATE TABLE entry (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  feed_id INTEGER NOT NULL,
  guid TEXT NOT NULL,
  uid TEXT NOT NULL,
  fingerprint VARCHAR NOT NULL,
  words VARCHAR NOT NULL,
  "key" TEXT NOT NULL,
  url TEXT NOT NULL,
  published BIGINT NOT NULL,
  published_from VARCHAR NOT NULL,
  updated BIGINT,
  first_seen BIGINT NOT NULL,
  last_seen BIGINT,
  surfaced BIGINT NOT NULL,
  changed BIGINT NOT NULL,
  reach VARCHAR NOT NULL,
  revisions INTEGER NOT NULL,
  language VARCHAR NOT NULL,
  title TEXT NOT NULL,
  author TEXT NOT NULL,
  image TEXT NOT NULL,
  categories JSON NOT NULL,
  enclosures JSON NOT NULL,
  excerpt TEXT NOT NULL,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  credit TEXT DEFAULT '' NOT NULL,
  CONSTRAINT fk_entry_feed_id_feed FOREIGN KEY(feed_id) REFERENCES feed (id) ON DELETE CASCADE,
  CONSTRAINT uq_entry_feed_id_guid UNIQUE (feed_id, guid),
  CONSTRAINT uq_entry_uid UNIQUE (uid)
);

CREATE INDEX ix_entry_feed_id_id ON entry (feed_id, id);

CREATE INDEX ix_entry_feed_id_last_seen ON entry (feed_id, last_seen);

CREATE INDEX ix_entry_first_seen ON entry (first_seen);

CREATE INDEX ix_entry_key_id ON entry ("key", id);

CREATE INDEX ix_entry_surfaced ON entry (surfaced);

CREATE INDEX ix_entry_words_id ON entry (words, id);

CREATE TABLE tombstone (
  feed_id INTEGER NOT NULL,
  guid TEXT NOT NULL,
  buried BIGINT NOT NULL,
  CONSTRAINT pk_tombstone PRIMARY KEY (feed_id, guid),
  CONSTRAINT fk_tombstone_feed_id_feed FOREIGN KEY(feed_id) REFERENCES feed (id) ON DELETE CASCADE
);

CREATE INDEX ix_tombstone_feed_id_buried ON tombstone (feed_id, buried);

CREATE TABLE pending (
  entry_id INTEGER NOT NULL,
  published BIGINT NOT NULL,
  changed BOOLEAN NOT NULL,
  stamp BIGINT NOT NULL,
  CONSTRAINT pk_pending PRIMARY KEY (entry_id),
  CONSTRAINT fk_pending_entry_id_entry FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE
);

CREATE INDEX ix_pending_published_entry_id ON pending (published, entry_id);

CREATE TABLE curation (
  place INTEGER NOT NULL,
  entry_id INTEGER NOT NULL,
  text_set INTEGER NOT NULL,
  set_uid TEXT NOT NULL,
  set_founded BIGINT NOT NULL,
  same_as TEXT NOT NULL,
  dropped TEXT NOT NULL,
  tags JSON NOT NULL,
  same_like INTEGER NOT NULL,
  same_score FLOAT NOT NULL,
  story BIGINT NOT NULL,
  story_uid TEXT NOT NULL,
  story_like INTEGER NOT NULL,
  story_score FLOAT NOT NULL,
  story_why JSON NOT NULL,
  runs BLOB,
  CONSTRAINT pk_curation PRIMARY KEY (place),
  CONSTRAINT uq_curation_entry_id UNIQUE (entry_id),
  CONSTRAINT fk_curation_entry_id_entry FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE
);

CREATE INDEX ix_curation_set_uid ON curation (set_uid) WHERE set_uid != '';

CREATE INDEX ix_curation_story ON curation (story);

CREATE INDEX ix_curation_story_uid ON curation (story_uid) WHERE story_uid != '';

CREATE INDEX ix_curation_text_set_entry_id ON curation (text_set, entry_id);

CREATE TABLE sketch (
  fortnight INTEGER NOT NULL,
  number INTEGER NOT NULL,
  keys BLOB NOT NULL,
  CONSTRAINT pk_sketch PRIMARY KEY (fortnight, number)
);

CREATE TABLE furniture (
  feed_id INTEGER NOT NULL,
  paragraphs BLOB NOT NULL,
  CONSTRAINT pk_furniture PRIMARY KEY (feed_id),
  CONSTRAINT fk_furniture_feed_id_feed FOREIGN KEY(feed_id) REFERENCES feed (id) ON DELETE CASCADE
);

CREATE TABLE shelf (
  entry_id INTEGER NOT NULL,
  topic VARCHAR NOT NULL,
  shown BOOLEAN NOT NULL,
  surfaced BIGINT NOT NULL,
  text_set INTEGER NOT NULL,
  shelved BIGINT NOT NULL,
  CONSTRAINT pk_shelf PRIMARY KEY (entry_id, topic),
  CONSTRAINT fk_shelf_entry_id_entry FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE
);

CREATE INDEX ix_shelf_newest ON shelf (topic, shown, surfaced, text_set, entry_id);

CREATE TABLE story_entry (
  place INTEGER NOT NULL,
  entry_id INTEGER NOT NULL,
  story BIGINT NOT NULL,
  published BIGINT NOT NULL,
  mark BIGINT NOT NULL,
  length INTEGER NOT NULL,
  terms BLOB NOT NULL,
  weights BLOB NOT NULL,
  numbers BLOB NOT NULL,
  meaning BLOB NOT NULL,
  parts BLOB,
  words TEXT,
  CONSTRAINT pk_story_entry PRIMARY KEY (place),
  CONSTRAINT uq_story_entry_entry_id UNIQUE (entry_id),
  CONSTRAINT fk_story_entry_entry_id_entry FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE
);

CREATE INDEX ix_story_entry_story_published_entry_id ON story_entry (story, published, entry_id);

CREATE TABLE story_count (
  id INTEGER NOT NULL,
  texts INTEGER NOT NULL,
  counts BLOB NOT NULL,
  CONSTRAINT pk_story_count PRIMARY KEY (id)
);

CREATE TABLE story_posting (
  epoch INTEGER NOT NULL,
  number INTEGER NOT NULL,
  lists BLOB NOT NULL,
  CONSTRAINT pk_story_posting PRIMARY KEY (epoch, number)
);

CREATE TABLE issue (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  digest VARCHAR NOT NULL,
  period VARCHAR NOT NULL,
  since BIGINT NOT NULL,
  until BIGINT NOT NULL,
  frozen BIGINT NOT NULL,
  skipped BOOLEAN NOT NULL,
  entries INTEGER NOT NULL,
  subject TEXT NOT NULL,
  data TEXT NOT NULL,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  CONSTRAINT uq_issue_digest_period UNIQUE (digest, period)
);

CREATE INDEX ix_issue_digest_until ON issue (digest, until);

CREATE TABLE told (
  issue_id INTEGER NOT NULL,
  entry_id INTEGER NOT NULL,
  text_set INTEGER NOT NULL,
  story BIGINT NOT NULL,
  CONSTRAINT pk_told PRIMARY KEY (issue_id, entry_id),
  CONSTRAINT fk_told_issue_id_issue FOREIGN KEY(issue_id) REFERENCES issue (id) ON DELETE CASCADE
);

CREATE INDEX ix_told_entry_id ON told (entry_id);

CREATE INDEX ix_told_story ON told (story);

CREATE INDEX ix_told_text_set ON told (text_set);

CREATE TABLE delivery (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL,
  recipient TEXT NOT NULL,
  message_id TEXT NOT NULL,
  state VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  due BIGINT,
  reply TEXT NOT NULL,
  changed BIGINT NOT NULL,
  subscriber_id INTEGER NOT NULL,
  letter_id INTEGER NOT NULL,
  owner TEXT NOT NULL,
  lease BIGINT,
  handed BIGINT,
  CONSTRAINT fk_delivery_issue_id_issue FOREIGN KEY(issue_id) REFERENCES issue (id) ON DELETE CASCADE,
  CONSTRAINT uq_delivery_issue_id_recipient UNIQUE (issue_id, recipient)
);

CREATE INDEX ix_delivery_handed ON delivery (handed);

CREATE INDEX ix_delivery_owner ON delivery (owner) WHERE owner <> '';

CREATE INDEX ix_delivery_state_due ON delivery (state, due);

CREATE INDEX ix_delivery_subscriber_id ON delivery (subscriber_id);

CREATE TABLE correction (
  entry_id INTEGER NOT NULL,
  topic VARCHAR NOT NULL,
  wanted BOOLEAN NOT NULL,
  made BIGINT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  CONSTRAINT pk_correction PRIMARY KEY (entry_id, topic)
);

CREATE TABLE learned (
  name VARCHAR NOT NULL,
  rules VARCHAR NOT NULL,
  until INTEGER NOT NULL,
  made BIGINT NOT NULL,
  data BLOB NOT NULL,
  CONSTRAINT pk_learned PRIMARY KEY (name)
);

CREATE TABLE page (
  entry_id INTEGER NOT NULL,
  outcome VARCHAR NOT NULL,
  tries INTEGER NOT NULL,
  due BIGINT,
  reason TEXT NOT NULL,
  fetched BIGINT,
  url TEXT NOT NULL,
  title TEXT NOT NULL,
  image TEXT NOT NULL,
  caption TEXT NOT NULL,
  cuts JSON NOT NULL,
  CONSTRAINT pk_page PRIMARY KEY (entry_id),
  CONSTRAINT fk_page_entry_id_entry FOREIGN KEY(entry_id) REFERENCES entry (id) ON DELETE CASCADE
);

CREATE INDEX ix_page_outcome_due ON page (outcome, due);

CREATE TABLE robots (
  origin VARCHAR NOT NULL,
  asked BIGINT NOT NULL,
  expires BIGINT NOT NULL,
  status INTEGER NOT NULL,
  text TEXT NOT NULL,
  closed TEXT NOT NULL,
  rests BIGINT,
  CONSTRAINT pk_robots PRIMARY KEY (origin)
);

CREATE TABLE draft (
  digest VARCHAR NOT NULL,
  period VARCHAR NOT NULL,
  data TEXT NOT NULL,
  edits TEXT NOT NULL,
  made BIGINT NOT NULL,
  state VARCHAR NOT NULL,
  told BIGINT,
  attempts INTEGER NOT NULL,
  remind_at BIGINT,
  reply TEXT NOT NULL,
  CONSTRAINT pk_draft PRIMARY KEY (digest)
);

CREATE TABLE letter (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  issue_id INTEGER NOT NULL,
  variant TEXT NOT NULL,
  subject TEXT NOT NULL,
  html TEXT NOT NULL,
  text TEXT NOT NULL,
  CONSTRAINT fk_letter_issue_id_issue FOREIGN KEY(issue_id) REFERENCES issue (id) ON DELETE CASCADE,
  CONSTRAINT uq_letter_issue_id_variant UNIQUE (issue_id, variant)
);

CREATE TABLE subscriber (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  uid TEXT NOT NULL,
  address TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  language TEXT NOT NULL,
  zone TEXT NOT NULL,
  joined BIGINT NOT NULL,
  suppressed TEXT NOT NULL,
  suppressed_at BIGINT,
  CONSTRAINT uq_subscriber_mailbox UNIQUE (mailbox),
  CONSTRAINT uq_subscriber_uid UNIQUE (uid)
);

CREATE TABLE subscription (
  subscriber_id INTEGER NOT NULL,
  digest VARCHAR NOT NULL,
  state VARCHAR NOT NULL,
  topics JSON NOT NULL,
  frequency VARCHAR NOT NULL,
  paused_until BIGINT,
  asked BIGINT NOT NULL,
  confirmed BIGINT,
  left_at BIGINT,
  via TEXT NOT NULL,
  form TEXT NOT NULL,
  wording TEXT NOT NULL,
  CONSTRAINT pk_subscription PRIMARY KEY (subscriber_id, digest),
  CONSTRAINT fk_subscription_subscriber_id_subscriber FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
);

CREATE INDEX ix_subscription_digest_state ON subscription (digest, state);

CREATE TABLE confirmation (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL,
  digest VARCHAR NOT NULL,
  network TEXT NOT NULL,
  asked BIGINT NOT NULL,
  message_id TEXT NOT NULL,
  state VARCHAR NOT NULL,
  attempts INTEGER NOT NULL,
  due BIGINT,
  reply TEXT NOT NULL,
  changed BIGINT NOT NULL,
  topics JSON NOT NULL,
  frequency VARCHAR NOT NULL,
  via TEXT NOT NULL,
  form TEXT NOT NULL,
  wording TEXT NOT NULL,
  CONSTRAINT fk_confirmation_subscriber_id_subscriber FOREIGN KEY(subscriber_id) REFERENCES subscriber (id) ON DELETE CASCADE
);

CREATE INDEX ix_confirmation_state_due ON confirmation (state, due);

CREATE INDEX ix_confirmation_changed ON confirmation (changed);

CREATE INDEX ix_confirmation_network_asked ON confirmation (network, asked);

CREATE INDEX ix_confirmation_subscriber_id_asked ON confirmation (subscriber_id, asked);

CREATE TABLE bounce (
  id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL,
  delivery_id INTEGER NOT NULL,
  kind VARCHAR NOT NULL,
  status TEXT NOT NULL,
  diagnostic TEXT NOT NULL,
  report TEXT NOT NULL,
  came BIGINT NOT NULL,
  CONSTRAINT uq_bounce_report UNIQUE (report)
);

CREATE INDEX ix_bounce_subscriber_id_came ON bounce (subscriber_id, came);

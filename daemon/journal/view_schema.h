// view_schema.h: what stands in the view's file. There are no migrations: whoever changes a table, a number that is
// kept, or what a record shows, counts kViewVersion up, and everything is folded anew.
//
//   journal   how far each is folded, and what the machine has learnt from it
//   device    whose chains. A place is (journal row << 48 | device number << 40 | seq - 1)
//   record    one for each record of the log. `at` is its place in the order of its journal (journal row << 40 |
//             position), none before it has one; `reached` the latest time up to there; `name` the first 56 bits of its
//             id; `civil` the day and hour it is about, on its writer's calendar. `event` is what was opened, where
//             there are words in it; `files` how many attachments, `source` of what was imported. A sealed answer's
//             words are in `answer`. Of an entry that was `edited`, `kind`, `civil`, `mood` and its tags are those of
//             what is shown of it; its other versions have rows of their own, whose `target` it is and which say what
//             each `replaces`, the ids one after the other
//   band      of so many places of the order that follow each other (`at` without its last bits): from when to when are
//   the
//             days and hours of what stands there, or once stood there, in the units of view_bands.cc
//   tag       of entries
//   pending   places that are read again: an epoch not known yet, an author not enrolled, a body not here; what the
//             notebook keeps and the vault has not
//   answer    sealed answers by question (question id || rule), in the order in which they came; `live` while one of
//             the question may open without a new record; `opens` of the other's letters that are shut
//   early     openings of answers that are not here yet
//   erased    what was taken back, by whom, and the event that did it (versions.h), whether the record is here or not
//   word      which records have which words, by their places (view_index.h); of each device's chain up to `indexed`.
//             `fed`: what it was told of records where no event of theirs says it; `stale`: its segments that are to go
//   written   how much was, of each day that things are about (since 1970, on their writers' calendars; none: they have
//             no time), by this person or the other. `counted`: what each record of each chain up to `indexed` has
//             added to its day: `as` is 1 of an entry or letter, 2 of an answer, 3 of a remark
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace duolog::journal {

inline constexpr std::uint32_t kViewVersion = 10;

// What is in `kind` says noted.h: below 10 stands what a reader sees, 1 is an entry, 20 silent.
inline constexpr const char* kViewTables = R"(
CREATE TABLE journal (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  whole INTEGER NOT NULL DEFAULT 0,
  facts BLOB NOT NULL DEFAULT x'',
  entries INTEGER NOT NULL DEFAULT 0,
  unreadable INTEGER NOT NULL DEFAULT 0,
  newer INTEGER NOT NULL DEFAULT 0,
  next INTEGER NOT NULL DEFAULT 0,
  reached INTEGER,
  liars INTEGER NOT NULL DEFAULT 0);
CREATE TABLE device (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL,
  folded INTEGER NOT NULL DEFAULT 0,
  head BLOB,
  dated INTEGER NOT NULL DEFAULT 0,
  time INTEGER,
  claimed INTEGER NOT NULL DEFAULT 0,
  holds INTEGER NOT NULL DEFAULT 0,
  indexed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE record (
  place INTEGER PRIMARY KEY,
  at INTEGER,
  reached INTEGER,
  id BLOB NOT NULL,
  name INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  mine INTEGER NOT NULL,
  written INTEGER,
  offset INTEGER NOT NULL,
  civil INTEGER,
  practice TEXT,
  period TEXT,
  target BLOB,
  mood INTEGER,
  files INTEGER,
  source BLOB,
  tagged INTEGER NOT NULL,
  edited INTEGER NOT NULL DEFAULT 0,
  rule BLOB,
  seen BLOB,
  replaces BLOB,
  event BLOB);
CREATE INDEX named ON record (name);
CREATE INDEX shown ON record (at) WHERE kind < 10 AND at IS NOT NULL;
CREATE INDEX voice ON record (mine, at) WHERE kind < 10 AND at IS NOT NULL;
CREATE INDEX rare ON record (kind, at) WHERE kind > 1 AND kind < 20 AND at IS NOT NULL;
CREATE INDEX moves ON record (practice, period, at, kind) WHERE practice IS NOT NULL;
CREATE INDEX said ON record (target, at) WHERE target IS NOT NULL;
CREATE INDEX edits ON record (target) WHERE kind IN (15, 16);
CREATE INDEX days ON record (civil, at) WHERE kind < 10 AND civil IS NOT NULL;
CREATE INDEX weeks ON record (written, mine) WHERE kind < 10 AND written IS NOT NULL;
CREATE INDEX moods ON record (at, written, offset, mine, mood) WHERE mood > 0 AND at IS NOT NULL;
CREATE INDEX felt ON record (mood, at) WHERE mood > 0;
CREATE INDEX filed ON record (place) WHERE files > 0;
CREATE INDEX sourced ON record (source) WHERE source IS NOT NULL;
CREATE TABLE band (
  at INTEGER PRIMARY KEY,
  since INTEGER NOT NULL,
  upto INTEGER NOT NULL);
CREATE TABLE tag (
  place INTEGER NOT NULL,
  name TEXT NOT NULL,
  at INTEGER,
  PRIMARY KEY (place, name)) WITHOUT ROWID;
CREATE INDEX tagged ON tag (name, at);
CREATE TABLE pending (
  place INTEGER NOT NULL,
  why INTEGER NOT NULL,
  epoch BLOB,
  PRIMARY KEY (place, why)) WITHOUT ROWID;
CREATE TABLE answer (
  row INTEGER PRIMARY KEY,
  journal INTEGER NOT NULL,
  id BLOB NOT NULL,
  question BLOB NOT NULL,
  live INTEGER NOT NULL,
  opens INTEGER,
  note BLOB NOT NULL);
CREATE UNIQUE INDEX answered ON answer (id, journal);
CREATE INDEX questions ON answer (question, journal);
CREATE INDEX living ON answer (journal, question) WHERE live = 1;
CREATE INDEX shut ON answer (journal, opens) WHERE opens IS NOT NULL;
CREATE TABLE early (
  journal INTEGER NOT NULL,
  id BLOB NOT NULL,
  mine INTEGER NOT NULL,
  written INTEGER NOT NULL,
  opening BLOB NOT NULL);
CREATE INDEX early_ones ON early (id);
CREATE TABLE erased (
  journal INTEGER NOT NULL,
  mine INTEGER NOT NULL,
  id BLOB NOT NULL,
  by BLOB NOT NULL,
  event BLOB NOT NULL,
  PRIMARY KEY (journal, mine, id)) WITHOUT ROWID;
CREATE VIRTUAL TABLE word USING fts5 (words, pairs, content = '', tokenize = 'ascii');
INSERT INTO word (word, rank) VALUES ('pgsz', 4000);
CREATE TABLE fed (place INTEGER PRIMARY KEY, words TEXT NOT NULL, pairs TEXT NOT NULL);
CREATE TABLE stale (segment INTEGER PRIMARY KEY);
CREATE TABLE written (
  journal INTEGER NOT NULL,
  mine INTEGER NOT NULL,
  day INTEGER NOT NULL,
  entries INTEGER NOT NULL,
  answers INTEGER NOT NULL,
  remarks INTEGER NOT NULL,
  words INTEGER NOT NULL,
  PRIMARY KEY (journal, mine, day)) WITHOUT ROWID;
CREATE TABLE counted (
  place INTEGER PRIMARY KEY,
  mine INTEGER NOT NULL,
  day INTEGER NOT NULL,
  "as" INTEGER NOT NULL,
  words INTEGER NOT NULL);
)";

}  // namespace duolog::journal

// schema.h: what stands in the database file. DO NOT CHANGE a table: a new version adds, and kSchemaVersion counts up.
//
//   journal   which journals have a log here
//   device    whose chains, and the key their signatures are checked with
//   record    every record of every chain. `place` is (device row << 32 | seq - 1): one b-tree whose appends are
//             sequential, and no second index. `verified` marks the records whose own signature was checked here; a run
//             that is sent must end at one. A body that is NULL is wanted; one of no bytes was taken back by its author
//   fork      the proof that a chain has two branches, the lowest for each device: heads of 208 bytes after each other
//   request   what a client asked for and which record it became
//   local     local_state.h
//   kept      one row while the log beside the file holds what the file does not, and must be there: write_ahead.h.
//             A file from before there was this table is given it at its first write; a program that does not know it
//             needs nothing of it
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace duolog::store {

inline constexpr int kApplicationId = 0x44554f4c;  // "DUOL"
inline constexpr int kSchemaVersion = 1;

inline constexpr const char* kSchema = R"(
CREATE TABLE journal (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 32));
CREATE TABLE device (
  row INTEGER PRIMARY KEY CHECK (row BETWEEN 1 AND 2147483647),
  journal INTEGER NOT NULL REFERENCES journal (row) ON DELETE CASCADE,
  id BLOB NOT NULL CHECK (length(id) = 32),
  key BLOB NOT NULL CHECK (length(key) = 32),
  UNIQUE (journal, id));
CREATE TABLE record (
  place INTEGER PRIMARY KEY,
  head BLOB NOT NULL CHECK (length(head) = 208),
  verified INTEGER NOT NULL,
  body BLOB);
CREATE INDEX wanted ON record (place) WHERE body IS NULL;
CREATE TABLE fork (
  device INTEGER PRIMARY KEY REFERENCES device (row) ON DELETE CASCADE,
  start_seq INTEGER NOT NULL,
  ours BLOB NOT NULL,
  theirs BLOB NOT NULL);
CREATE TABLE request (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  journal BLOB NOT NULL,
  record BLOB NOT NULL);
CREATE TABLE local (
  name TEXT PRIMARY KEY,
  value BLOB NOT NULL) WITHOUT ROWID;
)";
inline constexpr const char* kKeptTable = "CREATE TABLE IF NOT EXISTS kept (mark INTEGER PRIMARY KEY)";

}  // namespace duolog::store

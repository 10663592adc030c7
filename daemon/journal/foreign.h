// foreign.h: what another program kept, or an export of Duolog's own, on its way into a journal of this person.
//
// A batch is checked item by item, and what is left of it is one transaction. Nothing is written twice: an entry
// carries a hash of where it came from (Entry::source), and an answer or a remark that says the same is the same.
// Words of other people are not written here: nobody signs for somebody else.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/journal/event.h"
#include "daemon/journal/refusal.h"
#include "daemon/journal/report.h"

namespace duolog::journal {

class Journal;

inline constexpr std::size_t kBatchLimit = 4096;           // items
inline constexpr std::size_t kOriginLimit = 1024;          // bytes
inline constexpr std::string_view kOwnOrigin = "duolog ";  // before the id, in hex, of an entry that Duolog exported

struct Foreign {
  std::string origin;       // the format and its own name of the thing; empty: known by what it says
  std::uint32_t again = 0;  // so many others with the same words and time came before it
  Bytes source;             // it was imported before it was exported
  std::string text;
  std::vector<std::string> tags;
  Moment at;  // when it happened
  std::uint32_t mood = 0;
  bool between_us = false;
  std::vector<Attachment> attachments;  // of an entry
  std::string practice;                 // an answer
  std::string period;
  Form fields;
  std::optional<RecordId> to;  // a remark, or a reaction where `emoji` says one
  std::string manner;
  std::string emoji;
};

struct ForeignBatch {
  std::string journal;  // name or id prefix; empty: the notebook
  std::vector<Foreign> items;
  bool try_only = false;  // nothing is written
};

// What became of the items, in their order.
struct Imported {
  struct Taken {
    std::optional<RecordId> id;  // of what is there now
    bool already_there = false;
    std::optional<Refusal> refused;
  };
  std::vector<Taken> items;
  bool repeated = false;  // this request had been answered before
  std::string journal;
  bool shared = false;
  std::string shared_with;
};

// Sixteen bytes that say where it came from.
Bytes source_of(const Foreign& item);

// What a journal holds of this person's own that says the same; nullopt: it is not there yet.
std::optional<RecordId> find_own(const Journal& journal, const Foreign& item, const Bytes& source);

}  // namespace duolog::journal

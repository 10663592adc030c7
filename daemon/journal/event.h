// event.h: what a record says once it is opened, as values. Spec: proto/event.proto, proto/README.md section 3.2.
//
// decode_event() is where a partner's bytes become meaning: every limit and every text's UTF-8 is checked here, and
// what it returns can be believed in form (never in truth).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/blob.h"
#include "crypto/certificate.h"
#include "crypto/record.h"
#include "crypto/sealed_answer.h"
#include "daemon/journal/calendar.h"
#include "daemon/practice/practice_file.h"

namespace duolog::journal {

using practice::FieldValue;
using practice::Form;

inline constexpr std::size_t kTagLimit = 64;  // bytes of a tag
inline constexpr std::size_t kTagCount = 64;
inline constexpr std::size_t kNameLimit = 64;   // bytes of any name, practice, period or field id
inline constexpr std::size_t kSeenLimit = 128;  // devices in a frontier: 2 persons × 64 ever
inline constexpr std::size_t kFormFields = 64;
inline constexpr std::size_t kCountedLimit = 4096;
inline constexpr std::size_t kRemarkLimit = 64 << 10;  // bytes of what is said about something
inline constexpr std::size_t kReplacesLimit = 64;      // versions that one edit replaces
inline constexpr std::size_t kErasedLimit = 256;       // records that one event takes back
inline constexpr std::size_t kEmojiLimit = 32;         // bytes: a family is made of 25
inline constexpr std::size_t kSourceLength = 16;
inline constexpr std::uint32_t kBestMood = 5;
// An event of 1 MiB has room for the ids of seven files of 1 GiB beside its text; sixty-four small ones always fit.
inline constexpr std::size_t kAttachmentCount = 64;  // of one entry
inline constexpr std::uint64_t kAttachmentsBytes =
    7 * crypto::kBlobLimit;                                    // that surely fit one entry beside a short text
inline constexpr std::size_t kFileNameLimit = 255;             // bytes
inline constexpr std::size_t kMediaTypeLimit = 127;            // bytes, as RFC 6838 has it twice
inline constexpr std::string_view kLetterPractice = "letter";  // the practice of a letter

// Up to where its writer held another device's log.
struct Seen {
  DeviceId device;
  std::uint64_t seq = 0;
  bool operator==(const Seen&) const = default;
};

// A file that goes with an entry. Whoever holds the event can open it: the key is as secret as the text beside it, and
// lies where that lies. It becomes a crypto::BlobKey where something is opened.
struct Attachment {
  ByteArray<32> key{};
  std::uint64_t size = 0;
  std::vector<ChunkId> chunks;  // chunk_count(size) of them
  std::string name;             // as its author calls it: not empty, UTF-8, and nothing more is known of it
  std::string media_type;
  bool operator==(const Attachment&) const = default;
};

struct Entry {
  std::string text;
  std::vector<std::string> tags;
  std::optional<Moment> about;
  std::uint32_t mood = 0;  // 1 to kBestMood; 0: not said
  bool between_us = false;
  std::optional<Moment> first_written = {};  // of a private entry that was shared later
  std::vector<Attachment> attachments = {};  // at most kAttachmentCount
  Bytes source = {};                         // of what was imported: kSourceLength bytes; else empty
};
struct Sealed {
  std::string practice;
  std::string period;
  crypto::SealedAnswer answer;  // its question is that of practice and period
  crypto::SealRule rule = {};   // what answer.rule says
};
struct Opening {
  RecordId sealed;
  ByteArray<32> key{};
  std::vector<RecordId> counted;
};
struct Answer {
  std::string practice;
  std::string period;
  Form form;
};
// Words about something that was written, and what they do.
struct Remark {
  RecordId to;
  std::string manner;  // empty: a plain reply; may be one of a newer version
  std::string text;
};
struct Reaction {
  RecordId to;
  std::string emoji;  // empty: taken back
};
struct OwnPractice {
  std::string toml;
};
// What one person would like to hold for both: agreements.h.
struct Wish {
  std::string about;
  std::string value;
};
struct Pass {
  std::string practice;
  std::string period;
};
// A new version of an entry.
struct Edit {
  RecordId entry;  // its first record
  Entry content;
  std::vector<RecordId> replaces;  // the versions that its writer saw
};
// Words that are taken back.
struct Erase {
  struct One {
    RecordId record;
    // Of an answer: to what, and by which rule it was sealed; else empty.
    std::string practice = {};
    std::string period = {};
    Bytes rule = {};
    std::optional<RecordId> entry = {};  // of an edit: its entry
  };
  std::vector<One> records;
};
struct Found {
  std::vector<crypto::Chain> chains;
};
// Members that come and go: proto/README.md 3.4.
struct DeviceAdd {
  crypto::Chain chain;
  std::string paired_by;
};
struct DeviceRemove {
  DeviceId device;
  std::uint64_t cut_seq = 0;
  RecordId cut_record;
  std::optional<Signature> root_signature = {};
};
struct JournalKept {
  crypto::Genesis genesis;
  crypto::EpochSecret epoch_zero;
  std::string name;
  std::string other;
  std::string relationship;
  std::string paired_by;
};
struct EpochKept {
  JournalId journal;
  crypto::EpochSecret secret;
};
// This person has left a journal: told in the notebook to their other devices, or in that journal to the other.
struct Parted {
  std::optional<JournalId> journal = {};  // in the notebook alone
  bool forgotten = false;                 // it is to leave their devices; else it stays to be read
};
struct Newer {};  // a payload, or a rule of sealing, that this version does not know

struct Event {
  std::int64_t written_ms = 0;
  std::int32_t offset_minutes = 0;
  std::vector<Seen> seen;
  std::variant<Newer, Entry, Sealed, Opening, Answer, Calendar, Remark, Reaction, OwnPractice, Wish, Pass, Edit, Erase,
               Found, DeviceAdd, DeviceRemove, JournalKept, EpochKept, Parted>
      payload;
};

// As much of a text as fits, ending between two characters of UTF-8.
std::string clipped(std::string_view text, std::size_t limit);

// REQUIRES: no Newer. The bytes that are sealed, at most a little over what the payload holds; the caller checks them
// against crypto::kEventLimit. Wiped when dropped, as some events hold keys.
crypto::SecretBytes encode_event(const Event& event);
// nullopt: not an event of this form, out of limits, or not UTF-8.
std::optional<Event> decode_event(ByteView bytes);

// The plaintext of a sealed answer.
Bytes encode_form(const Form& form);
std::optional<Form> decode_form(ByteView bytes);

}  // namespace duolog::journal

// convert.h: the journal's plain values as messages of control.proto, and what went wrong as its error codes.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <exception>
#include <string>

#include "daemon/home/clock.h"
#include "daemon/journal/reading.h"

namespace google::protobuf {
template <class Element>
class RepeatedPtrField;
}

namespace duolog::control {

class Attachment;
class Error;
class FormField;
class Item;
class Manner;
class RoundReport;
class Saved;
class StatusReport_Journal;  // NOLINT(readability-identifier-naming): as protoc spells it
class TodayReport;
class Version;
class WatchEvent;

std::uint32_t count(std::uint64_t value);  // as a message holds it: more than fits is UINT32_MAX
void fill(FormField& out, const practice::FormField& in);
void fill(Manner& out, const practice::Manner& in);
void fill(Attachment& out, const journal::AttachedFile& in);
void fill(Version& out, const journal::ItemVersion& in);
void fill(Item& out, const journal::Item& in);
void fill(RoundReport& out, const journal::Round& in);
void fill(Saved& out, const journal::Saved& in);
void fill(StatusReport_Journal& out, const journal::JournalStatus& in);
std::string paused_by(bool me, bool other, const std::string& name);  // "me", "both" or the name
void fill(TodayReport& out, const journal::Today& in);
void fill(WatchEvent& out, const journal::News& in);

// The 24 words, one string each.
void fill(google::protobuf::RepeatedPtrField<std::string>& out, const crypto::SecretBytes& words);

// The one place that classifies what a request threw. Nothing in the answer is secret or anybody's text.
void fill(Error& out, const std::exception_ptr& thrown);

// RFC 3339 with this machine's offset, to the second; empty for nothing.
std::string moment(const std::optional<WallTime>& time);

}  // namespace duolog::control

// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/journal/noted.h"

namespace duolog::journal {
namespace {

using What = decltype(Noted::what);

struct KindOf {
  Kind operator()(const Silent&) const { return Kind::kSilent; }
  Kind operator()(const Unreadable& one) const { return one.body_missing ? Kind::kLacking : Kind::kUnreadable; }
  Kind operator()(const Newer&) const { return Kind::kNewer; }
  Kind operator()(const Entry&) const { return Kind::kEntry; }
  Kind operator()(const Answer&) const { return Kind::kAnswer; }
  Kind operator()(const SealedNote& one) const {
    return one.practice == kLetterPractice ? Kind::kLetter : Kind::kSealed;
  }
  Kind operator()(const Remark&) const { return Kind::kRemark; }
  Kind operator()(const Reaction&) const { return Kind::kReaction; }
  Kind operator()(const Calendar&) const { return Kind::kCalendar; }
  Kind operator()(const OwnNote&) const { return Kind::kOwnPractice; }
  Kind operator()(const Wish&) const { return Kind::kWish; }
  Kind operator()(const Pass&) const { return Kind::kPass; }
  Kind operator()(const Edit&) const { return Kind::kEdit; }
  Kind operator()(const TakenBack& one) const { return one.what.entry ? Kind::kGoneEdit : Kind::kTakenBack; }
};

// ---- what a reader needs of each, beside where and when ----

template <class What>
void add_to(Line&, const What&) {}
void add_to(Line& line, const Entry& entry) {
  line.mood = entry.mood;
  line.files = static_cast<std::uint32_t>(entry.attachments.size());
  line.source = entry.source;
  if (entry.about) line.civil_ms = civil_ms(*entry.about);
}
void add_to(Line& line, const Remark& remark) { line.target = remark.to; }
void add_to(Line& line, const Reaction& reaction) { line.target = reaction.to; }
template <class Of>
void add_round(Line& line, const Of& of) {
  line.practice = of.practice;
  line.period = of.period;
}
void add_to(Line& line, const Answer& answer) { add_round(line, answer); }
void add_to(Line& line, const SealedNote& sealed) { add_round(line, sealed); }
void add_to(Line& line, const Pass& pass) { add_round(line, pass); }
void add_to(Line& line, const Edit& edit) {
  line.target = edit.entry;
  line.files = static_cast<std::uint32_t>(edit.content.attachments.size());
}
void add_to(Line& line, const TakenBack& taken) {
  line.target = taken.what.entry;
  if (!taken.what.entry) add_round(line, taken.what);
}

// ---- what an event shows ----

struct Showing {
  const Scene& scene;

  What operator()(const Newer&) const { return Newer{}; }
  What operator()(const Sealed& sealed) const {
    if (!scene.shared && sealed.rule.both) return Newer{};  // needs two
    return SealedNote{sealed.practice, sealed.period, sealed.rule};
  }
  What operator()(const OwnPractice& own) const {
    auto read = practice::read_own(own.toml, scene.relationship);
    return OwnNote{read ? std::make_shared<const practice::Kept>(std::move(*read)) : nullptr};
  }
  What operator()(const Opening&) const { return Silent{}; }
  What operator()(const Erase&) const { return Silent{}; }
  What operator()(const Found&) const { return Silent{}; }
  What operator()(const DeviceAdd&) const { return Silent{}; }
  What operator()(const DeviceRemove&) const { return Silent{}; }
  What operator()(const Parted&) const { return Silent{}; }
  What operator()(const JournalKept&) const { return Silent{}; }
  What operator()(const EpochKept&) const { return Silent{}; }
  template <class Told>
  What operator()(const Told& told) const {
    return told;  // as it was told
  }
};

}  // namespace

Kind Noted::kind() const { return std::visit(KindOf(), what); }

Line line_of(const Noted& noted, bool mine) {
  Line line;
  line.id = noted.id;
  line.device = noted.device;
  line.seq = noted.seq;
  line.kind = noted.kind();
  line.mine = mine;
  line.written_ms = noted.written_ms;
  line.offset_minutes = noted.offset_minutes;
  if (noted.written_ms) line.civil_ms = civil_ms({*noted.written_ms, noted.offset_minutes});
  std::visit([&](const auto& what) { add_to(line, what); }, noted.what);
  return line;
}

const std::vector<std::string>* tags_of(const Noted& noted) {
  const auto* entry = std::get_if<Entry>(&noted.what);
  return entry != nullptr ? &entry->tags : nullptr;
}

const Entry* content_of(const Noted& noted) {
  if (const auto* edit = std::get_if<Edit>(&noted.what)) return &edit->content;
  return std::get_if<Entry>(&noted.what);
}

What shown_by(const Place& place, const Event& event, const Scene& scene) {
  const bool means_nothing = place.header.kind != crypto::RecordKind::kEvent;
  if (means_nothing && !std::holds_alternative<Newer>(event.payload)) return Silent{};
  return std::visit(Showing{scene}, event.payload);
}

}  // namespace duolog::journal

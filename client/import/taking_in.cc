// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/import/taking_in.h"

#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "client/draft.h"
#include "client/failure.h"
#include "client/import/media.h"
#include "client/sanitise.h"
#include "client/words.h"
#include "proto/control.pb.h"

namespace duolog::client {
namespace {

constexpr int kBatchItems = 1000;
constexpr std::size_t kBatchBytes = 2 << 20;  // the socket takes 4 MiB
constexpr std::size_t kEachWord = 16;         // bytes that a tag or a field takes besides

// Of everything in it that is somebody else's.
std::size_t weight_of(const Found& found) {
  std::size_t weight = 0;
  const auto add = [&weight](const std::string& text) { weight += text.size() + kEachWord; };
  for (const auto* text : {&found.text, &found.key, &found.source, &found.practice, &found.period, &found.to,
                           &found.manner, &found.emoji, &found.toml})
    add(*text);
  for (const auto& tag : found.tags) add(tag);
  for (const auto& medium : found.media) weight += weight_of(medium);
  for (const auto& field : found.fields) {
    add(field.id);
    add(field.text);
    for (const auto& item : field.items) add(item);
  }
  return weight;
}

void fill(control::ImportItem& out, Found found, const std::string& format, std::uint32_t again) {
  if (!found.key.empty()) out.set_origin(format + " " + found.key);
  out.set_again(again);
  out.set_source(std::move(found.source));
  out.set_text(std::move(found.text));
  for (auto& tag : found.tags) out.add_tags(std::move(tag));
  out.set_at_ms(found.at.at_ms);
  out.set_offset_minutes(found.at.offset_minutes);
  out.set_day_only(found.at.day_only);
  out.set_mood(found.mood);
  out.set_between_us(found.between_us);
  out.set_practice(std::move(found.practice));
  out.set_period(std::move(found.period));
  for (auto& field : found.fields) {
    auto& one = *out.add_fields();
    one.set_id(std::move(field.id));
    one.set_text(std::move(field.text));
    if (field.is_number) one.set_number(field.number);
    for (auto& item : field.items) one.add_items(std::move(item));
  }
  out.set_to(std::move(found.to));
  out.set_manner(std::move(found.manner));
  out.set_emoji(std::move(found.emoji));
}

void miss_files(Findings& findings, std::size_t count, std::string_view of) {
  for (std::size_t i = 0; i < count; ++i) findings.miss("files of entries that were not taken in", of);
}

bool fits(const Found& found, Findings& findings) {
  if (utf8_fault(found.text) != std::string::npos || utf8_fault(found.key) != std::string::npos) {
    findings.miss("entries that are not UTF-8", found.key);
    return false;
  }
  if (found.text.size() <= kTextLimit && weight_of(found) <= kWeightLimit) return true;
  findings.miss("entries that are longer than " + std::to_string(kTextLimit) + " bytes",
                found.text.empty() ? found.key : found.text);
  return false;
}

}  // namespace

// What could not be sent at all is told where it stands.
bool can_be_kept(const Found& found, Findings& findings) {
  if (fits(found, findings)) return true;
  miss_files(findings, found.media.size(), found.key);
  return false;
}

struct TakingIn::State {
  Daemon& daemon;
  std::string journal, format;
  bool try_only;
  Findings& findings;
  SendingMedia media;
  TakenIn result = {};

  control::Import batch = {};
  std::size_t bytes = 0;
  std::vector<std::string> keys = {};                     // of the batch, as the file has them
  std::vector<std::size_t> files = {};                    // how many go with each
  std::unordered_set<std::string> pending = {};           // of the keys, those that are not empty
  std::unordered_map<std::string, std::string> ids = {};  // of things that remarks may be about: theirs -> ours
  std::vector<Found> said = {};                           // about them

  void add(Found found, std::uint32_t again) {
    const auto weight = weight_of(found) + sizeof(Found);
    if (bytes + weight > kBatchBytes || media.is_full_for(found.media.size())) send();
    keys.push_back(found.key);
    if (!found.key.empty()) pending.insert(found.key);
    bytes += weight;
    auto with_it = std::exchange(found.media, {});
    auto& item = *batch.add_items();
    item.set_attachments(static_cast<std::uint32_t>(with_it.size()));
    files.push_back(with_it.size());
    media.add(std::move(with_it));
    fill(item, std::move(found), format, again);
    if (batch.items_size() >= kBatchItems || media.is_enough()) send();
  }

  void send() {
    if (batch.items_size() == 0) return;
    batch.set_journal(journal);
    batch.set_try_only(try_only);
    try_only ? media.pass() : media.send(batch);
    control::Request request;
    *request.mutable_import() = std::move(batch);
    const auto reply = daemon.ask_one(request, kDurable);
    take(reply.imported(), request.import());
    batch = {};
    bytes = 0;
    keys.clear();
    files.clear();
    pending.clear();
  }

  void take(const control::Imported& imported, const control::Import& asked) {
    // A batch that was sent twice, because its answer was lost, has been written once all the same.
    result.written += imported.repeated() ? imported.already_there() : imported.written();
    result.already_there += imported.repeated() ? 0 : imported.already_there();
    result.refused += imported.refused();
    result.journal = imported.journal();
    result.visibility = imported.visibility();
    result.shared_with = imported.shared_with();
    for (int i = 0; i < imported.items_size(); ++i) {
      const auto& taken = imported.items(i);
      const auto& key = keys.at(static_cast<std::size_t>(i));
      const bool is_written = !taken.has_refused() && (imported.repeated() || !taken.already_there());
      result.attached += is_written ? asked.items(i).attachments() : 0;
      if (format == "duolog" && !key.empty() && !taken.id().empty()) ids[key] = taken.id();
      if (!taken.has_refused()) continue;
      findings.miss(why_not(taken.refused()), asked.items(i).text());
      miss_files(findings, files.at(static_cast<std::size_t>(i)), asked.items(i).text());
    }
  }

  static std::string why_not(const control::Error& error) {
    switch (error.code()) {
      case control::Error::NOT_FOUND:
        return "words about something that is not here";
      case control::Error::NOT_ITS_KIND:
        return "answers, which go into the notebook alone: a shared journal would show them at once";
      default:
        return failure_of(error).what();
    }
  }

  // In another journal a thing has another name; in its own it has the same.
  void say(Found found) {
    if (pending.contains(found.to)) send();
    const auto known = ids.find(found.to);
    if (known != ids.end()) found.to = known->second;
    if (try_only && known == ids.end()) return;  // of what is not written yet nothing can be said
    add(std::move(found), 0);
  }

  void keep_practice(const Found& found) {
    control::Request ask;
    ask.mutable_practices()->set_id(found.practice);
    ask.mutable_practices()->set_journal(journal);
    bool same = false;
    try {
      daemon.ask_each(ask, kQuick, [&](const control::Reply& reply) {
        same = same || (reply.has_practice() && reply.practice().toml() == found.toml);
      });
    } catch (const Failure& unknown) {  // there is none of this name
      if (unknown.code() != "BAD_REQUEST" && unknown.code() != "NO_SUCH_PRACTICE") throw;
    }
    if (same) return;
    control::Request request;
    auto& import = *request.mutable_import_practice();
    import.set_toml(found.toml);
    import.set_file(found.practice);
    import.set_journal(journal.empty() ? "notebook" : journal);
    import.set_try_only(try_only);
    try {
      daemon.ask_one(request, kDurable);
      ++result.practices;
    } catch (const Failure& refused) {
      if (refused.code() != "BAD_PRACTICE") throw;
      findings.miss("practices that cannot be kept", refused.what());
    }
  }
};

TakingIn::TakingIn(Daemon& daemon, std::string journal, std::string format, bool try_only, Findings& findings,
                   MediaSource media)
    : state_(new State{daemon, std::move(journal), std::move(format), try_only, findings,
                       SendingMedia(daemon, std::move(media), findings)}) {}
TakingIn::~TakingIn() = default;

void TakingIn::take(Found found, std::uint32_t again) {
  if (!found.toml.empty()) return state_->keep_practice(found);
  if (!found.to.empty()) return state_->said.push_back(std::move(found));
  state_->add(std::move(found), again);
}

void TakingIn::finish() {
  state_->send();
  for (auto& found : std::exchange(state_->said, {})) state_->say(std::move(found));
  state_->send();
}

const TakenIn& TakingIn::result() const { return state_->result; }

}  // namespace duolog::client

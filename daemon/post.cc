// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/post.h"

#include <asio/post.hpp>

#include "crypto/hash.h"
#include "daemon/jitter.h"
#include "daemon/journal/journal.h"
#include "daemon/post_state.h"

namespace duolog {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAtTheStart{500};
constexpr milliseconds kAsked{1'000};  // by a person, while it was being visited
constexpr milliseconds kElsewhere{2'000};
constexpr milliseconds kGathers{5'000};  // what is written one after the other goes along together
constexpr milliseconds kLook{15 * 60'000};
constexpr milliseconds kSeldom{60 * 60'000};  // where everybody is connected and holds the same
constexpr milliseconds kFirstRetry{30'000};
constexpr milliseconds kLongestRetry{60 * 60'000};

constexpr std::string_view kMarks = "mailbox/";  // and H of the link in hex: one of all, and one for each journal

std::string name_of(const crypto::MailboxLink& link) {
  const crypto::SecretBytes text = link.text();
  return std::string(kMarks) + hex(crypto::hash<Hash>("local.mailbox", {text.view()}).bytes);
}

milliseconds spread(milliseconds middle) {
  const auto third = static_cast<std::uint32_t>(middle.count() / 3);
  return middle - milliseconds(third) + milliseconds(random_below(2 * third + 1));
}

const char* code_of(net::Trouble trouble) {
  switch (trouble) {
    case net::Trouble::kNoName:
      return "no name";
    case net::Trouble::kNone:
    case net::Trouble::kNoWay:
      return "no way";
    case net::Trouble::kNoAnswer:
      return "no answer";
    case net::Trouble::kRefused:
      return "refused";
    case net::Trouble::kSilent:
      return "silent";
  }
  return "no way";
}

std::vector<JournalId> served_by_any(const journal::Identity& identity) {
  std::vector<JournalId> served;
  for (const journal::JournalSecrets& journal : identity.journals())
    if (!journal.mailbox.empty() && !journal.parted) served.push_back(journal.id);
  return served;
}

}  // namespace

// ---- which there are ----

Post::Post(Parts parts) : state_(std::make_shared<State>(std::move(parts))) { links_changed(); }
Post::~Post() {
  for (const auto& [name, box] : state_->boxes) box->stop();
}

// Of the same link one mailbox, whichever journals go through it. What is remembered of a mailbox goes when its link
// does.
void Post::links_changed() {
  State& state = *state_;
  const journal::Identity& identity = state.parts.house.identity();
  state.served = served_by_any(identity);
  std::map<std::string, std::shared_ptr<Box>> before = std::exchange(state.boxes, {});
  for (const auto& [name, box] : before) box->journals.clear();
  for (const journal::JournalSecrets& journal : identity.journals()) {
    if (journal.mailbox.empty() || journal.parted) continue;
    auto link = crypto::parse_mailbox_link(journal.mailbox.text());
    if (!link) continue;
    const std::string name = name_of(*link);
    std::shared_ptr<Box>& box = state.boxes[name];
    if (const auto known = before.find(name); !box && known != before.end()) box = known->second;
    if (!box) box = std::make_shared<Box>(state.parts, name, std::move(*link));
    box->journals.push_back(journal.id);
  }
  for (const auto& [name, box] : before) {
    if (state.boxes.contains(name)) continue;
    box->stop();
    box->forget();
  }
  for (const journal::JournalSecrets& journal : identity.journals())
    if (journal::Journal* there = state.parts.house.shelf().by_id(journal.id); there && journal.mailbox.empty())
      there->lies(journal::Receipts::Way::kMailbox, {});
  for (const auto& [name, box] : state.boxes) {
    if (!before.contains(name)) box->start();
    box->forget_what_was_left();
    if (before.contains(name)) box->look_now();
  }
}

void Post::folded() {
  if (served_by_any(state_->parts.house.identity()) != state_->served) links_changed();
}

void Post::wrote() {
  folded();
  for (const auto& [name, box] : state_->boxes) box->wrote();
}
void Post::look_now() {
  for (const auto& [name, box] : state_->boxes) box->look_now();
}

void Post::elsewhere() {
  for (const auto& [name, box] : state_->boxes) box->elsewhere();
}

std::vector<Post::Told> Post::told() const {
  std::vector<Told> all;
  for (const auto& [name, box] : state_->boxes) all.push_back(box->tell());
  return all;
}

Post::Told Post::Box::tell() const {
  Told told;
  for (const JournalId& id : journals)
    if (parts.house.identity().has(id)) told.journals.push_back(parts.house.identity().journal(id).name);
  told.addresses = link.addresses;
  told.state = call ? "calling" : !said.empty() ? "trouble" : looked_ms == 0 ? "new" : "resting";
  told.looked_ms = looked_ms;
  told.put_ms = put_ms;
  told.read_ms = read_ms;
  if (!call) told.next_ms = now() + (next_at - parts.clock.steady()).count();
  told.trouble = said;
  told.crowded = crowded;
  told.trouble_at = said_at;
  told.bundles = last.count;
  told.held = last.held;
  told.quota = last.quota;
  told.keeps_days = last.keeps_days;
  told.clock_ahead_ms = ahead_ms;
  for (const auto& [journal, all] : own) told.own_bundles += static_cast<std::uint32_t>(all.bundles.size());
  return told;
}

// ---- what is remembered ----

// box 16 || u64 read || u64 looked || u64 put || u64 read at || (u8 1 gap, 2 unopened || u64 cursor)*
void Post::Box::load() {
  constexpr std::size_t kFixed = mailbox::kBoxLength + 4 * 8;
  const auto mark = memory().get(name);
  if (!mark || mark->size() < kFixed) return;
  const ByteView from(*mark);
  std::copy_n(from.begin(), box.size(), box.begin());
  read = read_u64(from.subspan(16));
  looked_ms = static_cast<std::int64_t>(read_u64(from.subspan(24)));
  put_ms = static_cast<std::int64_t>(read_u64(from.subspan(32)));
  read_ms = static_cast<std::int64_t>(read_u64(from.subspan(40)));
  for (ByteView rest = from.subspan(kFixed); rest.size() >= 9; rest = rest.subspan(9))
    (rest[0] == 1 ? gaps : unopened).insert(read_u64(rest.subspan(1)));
  for (const std::string& one : memory().names(name + "/")) {
    const auto id = from_hex(std::string_view(one).substr(name.size() + 1));
    const auto journal = id ? JournalId::from(*id) : std::nullopt;
    const auto carried = memory().get(one);
    if (journal && carried) own[*journal] = decode_carried(*carried);
  }
}

void Post::Box::remember() {
  Bytes mark(box.begin(), box.end());
  append_u64(mark, read);
  append_u64(mark, static_cast<std::uint64_t>(looked_ms));
  append_u64(mark, static_cast<std::uint64_t>(put_ms));
  append_u64(mark, static_cast<std::uint64_t>(read_ms));
  for (const auto& [kind, all] : {std::pair(1, &gaps), std::pair(2, &unopened)}) {
    for (const std::uint64_t cursor : *all) {
      mark.push_back(static_cast<std::uint8_t>(kind));
      append_u64(mark, cursor);
    }
  }
  memory().put_soon(name, mark);
  for (const auto& [journal, all] : own) memory().put_soon(name + "/" + hex(journal.bytes), encode(all));
}

void Post::Box::forget() {
  guarded([this] {
    for (const std::string& one : memory().names(name)) memory().remove(one);
  });
}

void Post::Box::forget_what_was_left() {
  guarded([this] {
    std::erase_if(own, [this](const auto& one) {
      if (std::ranges::find(journals, one.first) != journals.end()) return false;
      memory().remove(name + "/" + hex(one.first.bytes));
      return true;
    });
  });
  std::erase_if(to_bring, [this](const JournalId& one) { return std::ranges::find(journals, one) == journals.end(); });
  if (putting && std::ranges::find(journals, putting->journal) == journals.end()) putting.reset();
}

// ---- when it is visited ----

void Post::Box::start() {
  load();
  for (const JournalId& journal : journals) say_what_lies_there(journal);
  visit_in(kAtTheStart);
}

void Post::Box::stop() {
  stopped = true;
  for (asio::steady_timer* timer : {&next, &gather, &turn}) timer->cancel();
  call.reset();
  reading.reset();
}

void Post::Box::later(asio::steady_timer& timer, milliseconds time, void (Box::*then)()) {
  timer.expires_after(time);
  timer.async_wait([self = shared_from_this(), then](asio::error_code cancelled) {
    if (!cancelled && !self->stopped) (self.get()->*then)();
  });
}

void Post::Box::visit_in(milliseconds time) {
  next_at = parts.clock.steady() + time;
  later(next, time, &Box::visit);
}

// While it cannot be reached, its next try comes when it comes.
void Post::Box::wrote() {
  if (call) again_soon = true;
  if (call || failures > 0 || std::exchange(gathering, true)) return;
  later(gather, kGathers, &Box::gathered);
}

void Post::Box::look_now() {
  if (call) {
    asked = true;
    return;
  }
  failures = 0;
  next.cancel();
  asio::post(parts.io, [self = shared_from_this()] {
    if (!self->stopped) self->visit();
  });
}

void Post::Box::elsewhere() {
  failures = 0;
  if (!call) visit_in(spread(kElsewhere));
  if (call) again_soon = true;
}

void Post::Box::visit() {
  if (call) return;
  next.cancel();
  again_soon = asked = false;
  trouble.clear();
  trouble_at.clear();
  brought = 0;
  asked_after = look_after();
  call = std::make_unique<net::MailboxCall>(
      parts.io, link.clone(), asked_after, [this] { return hooks(); }, parts.clock.steady,
      [this](const net::MailboxCall::Outcome& outcome) { over(outcome); }, parts.failed);
}

net::ErrandHooks Post::Box::hooks() {
  net::ErrandHooks hooks;
  hooks.listed = [this](const mailbox::Listing& told, const auto& all) { guarded([&] { listed(told, all); }); };
  hooks.wanted = [this] { return wanted(); };
  hooks.came = [this](const mailbox::Lying& which, std::optional<Bytes> bundle) {
    guarded([&] { came(which, std::move(bundle)); });
  };
  hooks.busy = [this] { return reading.has_value(); };
  hooks.to_put = [this] { return guarded([this] { return to_put(); }); };
  hooks.kept = [this](const BundleId&, std::uint64_t cursor) { guarded([&] { kept(cursor); }); };
  hooks.refused = [this](mailbox::Why why) { refused(why); };
  return hooks;
}

void Post::Box::over(const net::MailboxCall::Outcome& outcome) {
  using End = net::MailboxErrand::End;
  call.reset();
  reading.reset();
  putting.reset();
  guarded([this] { remember(); });
  switch (outcome.end) {
    case End::kNone:
      return fail(code_of(outcome.trouble), outcome.address);
    case End::kSilent:
      return fail("silent", outcome.address);
    case End::kStranger:
      return fail("stranger", outcome.address);
    case End::kUntrue:
      return fail("untrue", outcome.address);
    case End::kClosed:
      return fail("no answer", outcome.address);
    case End::kDone:
    case End::kTired:
      break;
  }
  if (!trouble.empty()) return fail(trouble, trouble_at);
  failures = 0;
  said.clear();
  said_at.clear();
  if (std::exchange(asked, false)) return visit_in(kAsked);
  const bool goes_on = std::exchange(anew, false) || again_soon;
  if (goes_on && outcome.end != End::kTired) return visit_in(kGathers);
  visit_in(spread(parts.house.in_step() ? kSeldom : kLook));
}

void Post::Box::fail(std::string why, std::string at) {
  if (said != why) parts.note("mailbox " + at + ": " + why);
  said = std::move(why);
  said_at = std::move(at);
  for (const JournalId& journal : journals) say_what_lies_there(journal);  // its time may be over
  const milliseconds pause = std::min(kFirstRetry * (1 << std::min(failures, 7)), kLongestRetry);
  if (std::exchange(asked, false)) return visit_in(kAsked);
  ++failures;
  visit_in(spread(pause));
}

}  // namespace duolog

// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/control/visit.h"

#include <fmt/format.h>

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/stubs/logging.h>

#include <deque>

#include "daemon/control/attaching.h"
#include "daemon/control/bundles.h"
#include "daemon/control/changing.h"
#include "daemon/control/coming_back.h"
#include "daemon/control/convert.h"
#include "daemon/control/finding.h"
#include "daemon/control/foreign.h"
#include "daemon/control/keep.h"
#include "daemon/control/mailboxes.h"
#include "daemon/control/parting.h"
#include "daemon/control/practices.h"
#include "daemon/control/repairing.h"
#include "daemon/control/said.h"
#include "daemon/control/words_typed.h"
#include "daemon/journal/other_years.h"
#include "daemon/journal/reading.h"
#include "daemon/journal/shelf.h"
#include "proto/control.pb.h"
#include "proto/frame_codec.h"

namespace duolog::control {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr int kRecursionLimit = 16;
constexpr std::size_t kRequestIdLength = 16;
constexpr auto kAtOnce = std::chrono::milliseconds(0);
constexpr auto kSyncLook = std::chrono::milliseconds(50);  // how often a waiting sync looks again
constexpr auto kSyncPatience = std::chrono::seconds(30);   // where none is given
constexpr auto kSyncLongestPatience = std::chrono::hours(24);

bool parse(Request& request, ByteView bytes) {
  const google::protobuf::LogSilencer quiet;  // it would quote what is not UTF-8 on the daemon's standard error
  google::protobuf::io::CodedInputStream stream(bytes.data(), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kRecursionLimit);
  return request.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

Error error(Error::Code code) {
  Error made;
  made.set_code(code);
  return made;
}

std::vector<practice::FieldValue> field_values(const AnswerForm& form) {
  std::vector<practice::FieldValue> values;
  for (const auto& field : form.fields()) {
    practice::FieldValue value{field.id(), field.text()};
    if (field.has_number()) value.value = field.number();
    if (field.items_size() > 0) value.value = std::vector<std::string>(field.items().begin(), field.items().end());
    values.push_back(std::move(value));
  }
  return values;
}

void wipe(std::string* secret) { crypto::wipe({reinterpret_cast<std::uint8_t*>(secret->data()), secret->size()}); }

// The fields that hold a passphrase or one of the 24 words.
void wipe_secrets(Request& request) {
  if (request.has_init()) wipe(request.mutable_init()->mutable_passphrase());
  if (request.has_unlock()) wipe(request.mutable_unlock()->mutable_passphrase());
  if (request.has_passphrase()) {
    wipe(request.mutable_passphrase()->mutable_current());
    wipe(request.mutable_passphrase()->mutable_replacement());
  }
  if (request.backup().has_begin()) wipe(request.mutable_backup()->mutable_begin()->mutable_passphrase());
  if (request.has_mailbox_add()) wipe(request.mutable_mailbox_add()->mutable_link());
  if (request.has_pair()) wipe(request.mutable_pair()->mutable_passphrase());
  if (request.has_part()) wipe(request.mutable_part()->mutable_passphrase());
  if (request.has_device_add()) wipe(request.mutable_device_add()->mutable_passphrase());
  if (request.has_device_join()) wipe(request.mutable_device_join()->mutable_passphrase());
  if (request.has_device_remove()) wipe(request.mutable_device_remove()->mutable_passphrase());
  if (request.has_recover()) {
    wipe(request.mutable_recover()->mutable_words());
    wipe(request.mutable_recover()->mutable_passphrase());
  }
  if (request.recover_from().has_begin()) wipe(request.mutable_recover_from()->mutable_begin()->mutable_words());
  if (request.recover_from().has_move_in())
    wipe(request.mutable_recover_from()->mutable_move_in()->mutable_passphrase());
  if (request.restore().has_finish()) {
    wipe(request.mutable_restore()->mutable_finish()->mutable_passphrase());
    wipe(request.mutable_restore()->mutable_finish()->mutable_new_passphrase());
  }
  if (request.has_words()) {
    wipe(request.mutable_words()->mutable_passphrase());
    for (auto& [place, word] : *request.mutable_words()->mutable_proof()) wipe(&word);
  }
}

void wipe_secrets(Reply& reply) {
  if (reply.has_init()) {
    for (auto& word : *reply.mutable_init()->mutable_words()) wipe(&word);
  }
  if (reply.has_words()) {
    for (auto& word : *reply.mutable_words()->mutable_words()) wipe(&word);
  }
}

// What may be asked before the vault is open: a home is restored where there is none.
bool always_answered(const Request& request) {
  switch (request.body_case()) {
    case Request::kRestore:
      return !request.restore().begin().check_only() && !request.restore().has_old_device_is_gone();
    case Request::kStatus:
    case Request::kDoctor:
    case Request::kInit:
    case Request::kUnlock:
    case Request::kStop:
    case Request::kDeviceJoin:
    case Request::kRecover:
    case Request::kRecoverFrom:
      return true;
    default:
      return false;
  }
}

// As much of an item as says which one it is.
journal::Item without_words(const journal::Item& item) {
  journal::Item which;
  which.id = item.id;
  which.journal_id = item.journal_id;
  which.mine = item.mine;
  which.state = item.state;
  return which;
}

// "clock:<name>:<minutes ahead>"
std::string clock_warning(const Peer& peer) {
  return fmt::format("clock:{}:{}", peer.own() ? peer.device() : peer.name(), peer.clock_minutes());
}

}  // namespace

struct Visit::State {
  State(Desk& served, std::function<void(Bytes)> out, std::function<std::size_t()> not_taken)
      : desk(served),
        send_bytes(std::move(out)),
        unread(std::move(not_taken)),
        attaching(desk, {[this](Reply one) { send(std::move(one)); }, [this](Reply last) { finish(std::move(last)); },
                         [this](Error failure) { finish(std::move(failure)); },
                         [this](std::function<bool()> step) { in_steps(std::move(step)); }}),
        keep(desk, keep_answers()),
        bundles(desk, keep_answers()),
        coming_back(desk, keep_answers()) {}

  Answering answers() {
    return {[this](Reply one) { send(std::move(one)); }, [this](Reply last) { finish(std::move(last)); },
            [this] { done(); }, [this](std::function<bool()> step) { in_steps(std::move(step)); },
            [this](std::function<bool()> turn) { in_turns(std::move(turn)); }};
  }
  Keep::Answers keep_answers() {
    return {[this](Reply one) { send(std::move(one)); }, [this](Reply last) { finish(std::move(last)); },
            [this](const Error& failure) { finish(failure); }};
  }

  Desk& desk;
  std::function<void(Bytes)> send_bytes;
  std::function<std::size_t()> unread;
  std::function<bool()> next_step;   // of a long list; false: that was all of it
  std::function<bool()> next_turn;   // of what takes long; false: it was the last
  Hold under_way;                    // a watch, a waiting sync, a pairing window, the next turn
  std::function<void(bool)> decide;  // of a pairing
  std::function<void()> look_again;  // of a waiting sync
  Attaching attaching;               // files that go with the next entry, or come out of one
  Keep keep;                         // a backup or a restore
  Bundles bundles;                   // what is carried by hand
  ComingBack coming_back;            // with the words and a bundle

  // False: it was too long, and that was said instead.
  bool send(Reply reply) {
    Bytes bytes(reply.ByteSizeLong());
    reply.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
    wipe_secrets(reply);
    if (bytes.size() > proto::kControlLimit) {
      Reply too_long;
      too_long.set_last(reply.last());
      *too_long.mutable_error() = error(Error::TOO_LONG);
      send(std::move(too_long));
      return false;
    }
    send_bytes(std::move(bytes));
    return true;
  }
  void finish(Reply reply) {
    reply.set_last(true);
    send(std::move(reply));
  }
  void finish(Error failure) {
    Reply reply;
    *reply.mutable_error() = std::move(failure);
    finish(std::move(reply));
  }
  void done() {
    Reply reply;
    reply.mutable_done();
    finish(std::move(reply));
  }
  [[nodiscard]] bool has_room() const { return unread() < kEnoughUnread; }
  // A list of any length, one reply after the other, as they are read.
  void in_steps(std::function<bool()> step) {
    next_step = std::move(step);
    go_on();
  }
  void go_on();
  // What takes long, with whatever waits let in between.
  void in_turns(std::function<bool()> turn) {
    next_turn = std::move(turn);
    take_turn();
  }
  void take_turn();

  void answer(const Request& request);
  void answer_open(const Request& request);
  void init(const Init& asked);
  void recover(const Recover& asked);
  void status();
  void write(const Write& asked, const std::string& request_id);
  void answer_form(const AnswerForm& asked, const std::string& request_id);
  void list(const List& asked);
  void show(const Show& asked);
  void rounds(const Rounds& asked);
  void today(const Today& asked);
  void words(const Words& asked);
  void watch(const Watch& asked);
  void tell(const journal::Item& item);
  void tell_if_there(const RecordId& id);
  void sync(const Sync& asked);
  void report_sync();
  template <class Asked, class Begin>
  void meet(const Begin& begin, const Asked& asked);
};

Visit::Visit(Desk& desk, std::function<void(Bytes)> send, std::function<std::size_t()> unread)
    : state_(std::make_unique<State>(desk, std::move(send), std::move(unread))) {}
Visit::~Visit() = default;

void Visit::room() { state_->go_on(); }

void Visit::receive(ByteView bytes) {
  Request request;
  if (!parse(request, bytes)) return state_->finish(error(Error::BAD_REQUEST));
  if (request.version() != kVersion) return state_->finish(error(Error::NEWER_VERSION));
  const std::size_t id_length = request.request_id().size();
  if (id_length != 0 && id_length != kRequestIdLength) return state_->finish(error(Error::BAD_REQUEST));
  try {
    state_->answer(request);
  } catch (...) {
    Error failure;
    fill(failure, std::current_exception());
    state_->finish(std::move(failure));
  }
  wipe_secrets(request);
}

// What throws in a later turn is answered as what throws in a request is.
void Visit::State::go_on() {
  try {
    while (next_step && has_room()) {
      if (!next_step()) next_step = nullptr;
    }
  } catch (...) {
    next_step = nullptr;
    Error failure;
    fill(failure, std::current_exception());
    finish(std::move(failure));
  }
}

void Visit::State::take_turn() {
  if (!next_turn || desk.state() != Desk::State::kOpen) return;
  try {
    if (next_turn()) {
      under_way = desk.after(kAtOnce, [this] { take_turn(); });
    } else {
      next_turn = nullptr;
    }
  } catch (...) {
    next_turn = nullptr;
    Error failure;
    fill(failure, std::current_exception());
    finish(std::move(failure));
  }
}

void Visit::State::answer(const Request& request) {
  if (request.body_case() == Request::kPairDecision) {
    if (decide) decide(request.pair_decision().accept());
    return;  // the answer comes with the pairing's own replies
  }
  under_way.reset();  // a new request ends what was going on
  decide = nullptr;
  look_again = nullptr;
  next_step = nullptr;
  next_turn = nullptr;
  attaching.end();
  if (!always_answered(request)) {
    if (desk.state() == Desk::State::kFresh) return finish(error(Error::NOT_INITIALISED));
    if (desk.state() == Desk::State::kLocked) return finish(error(Error::LOCKED));
  }
  if (keep.answer(request) || bundles.answer(request) || coming_back.answer(request)) return;
  Reply reply;
  switch (request.body_case()) {
    case Request::kStatus:
      return status();
    case Request::kInit:
      return init(request.init());
    case Request::kUnlock:
      desk.unlock(request.unlock(), reply);
      return finish(std::move(reply));
    case Request::kDoctor:
      desk.examine(*reply.mutable_doctor());
      return finish(std::move(reply));
    case Request::kDeviceJoin:
      if (desk.state() != Desk::State::kFresh) return finish(error(Error::ALREADY_INITIALISED));
      return meet(desk.devices.join, request.device_join());
    case Request::kRecover:
      return recover(request.recover());
    case Request::kStop:
      done();
      return desk.stop();
    default:
      return answer_open(request);
  }
}

void Visit::State::answer_open(const Request& request) {
  Reply reply;
  switch (request.body_case()) {
    case Request::kLock: {
      StatusReport facts;
      desk.describe(facts);
      if (facts.device().locked_by() != "passphrase") return finish(error(Error::NO_PASSPHRASE));
      done();
      return desk.lock();
    }
    case Request::kPassphrase:
      desk.passphrase(request.passphrase(), reply);
      return finish(std::move(reply));
    case Request::kWords:
      return words(request.words());
    case Request::kPair:
      return meet(desk.pair, request.pair());
    case Request::kDeviceAdd:
      return meet(desk.devices.add, request.device_add());
    case Request::kDeviceList:
      desk.devices.list(*reply.mutable_devices());
      return finish(std::move(reply));
    case Request::kDeviceRemove:
      desk.devices.remove(request.device_remove(), *reply.mutable_device_removed());
      return finish(std::move(reply));
    case Request::kWrite:
      return write(request.write(), request.request_id());
    case Request::kList:
      return list(request.list());
    case Request::kShow:
      return show(request.show());
    case Request::kAnswerForm:
      return answer_form(request.answer_form(), request.request_id());
    case Request::kRounds:
      return rounds(request.rounds());
    case Request::kWatch:
      return watch(request.watch());
    case Request::kSync:
      return sync(request.sync());
    case Request::kRepair:
      under_way = begin_repair(desk, request.repair(), keep_answers());
      return;
    case Request::kPart:
      under_way = begin_parting(desk, request.part(), keep_answers());
      return;
    case Request::kToday:
      return today(request.today());
    case Request::kConfigure:
      if (request.configure().has_write_to()) desk.shelf().set_write_to(request.configure().write_to());
      return done();
    case Request::kAttach:
    case Request::kAttachPiece:
    case Request::kReadAttachment:
    case Request::kWantAttachment:
    case Request::kListAttachments:
      return attaching.answer(request);
    case Request::kImport:
      return answer_import(desk.shelf(), attaching, request, answers());
    case Request::kShare:
      if (attaching.shares(request)) return;
      [[fallthrough]];
    default:
      if (!answer_practices(desk.shelf(), request, answers()) && !answer_finding(desk.shelf(), request, answers()) &&
          !answer_changing(desk.shelf(), desk.attachments, request, answers()) &&
          !answer_mailboxes(desk, request, answers()))
        finish(error(Error::BAD_REQUEST));
  }
}

// ---- set-up and state ----

void Visit::State::init(const Init& asked) {
  if (desk.state() != Desk::State::kFresh) return finish(error(Error::ALREADY_INITIALISED));
  Reply reply;
  desk.init(asked, reply);
  finish(std::move(reply));
}

void Visit::State::recover(const Recover& asked) {
  if (desk.state() != Desk::State::kFresh) return finish(error(Error::ALREADY_INITIALISED));
  if (auto fault = fault_in_words(asked.words(), !asked.check_only())) return finish(std::move(*fault));
  if (asked.check_only()) return done();
  meet(desk.devices.recover, asked);
}

void Visit::State::status() {
  Reply reply;
  StatusReport& report = *reply.mutable_status();
  desk.describe(report);
  report.set_initialised(desk.state() != Desk::State::kFresh);
  report.set_locked(desk.state() == Desk::State::kLocked);
  if (desk.state() == Desk::State::kOpen) {
    journal::Shelf& shelf = desk.shelf();
    for (const auto& journal : journal::status(shelf)) fill(*report.add_journals(), journal);
    for (const auto& warning : journal::warnings(shelf)) report.add_warnings(warning);
    for (auto& peer : desk.peers()) {
      if (peer.clock_minutes() != 0) report.add_warnings(clock_warning(peer));
      if (!peer.version().empty()) report.add_warnings(fmt::format("peer-{}:{}", peer.version(), peer.name()));
      *report.add_peers() = std::move(peer);
    }
    report.set_write_to(shelf.write_to());
  }
  finish(std::move(reply));
}

void Visit::State::words(const Words& asked) {
  journal::Identity& identity = desk.shelf().parts().identity;
  const crypto::SecretBytes passphrase(as_bytes(asked.passphrase()));
  Reply reply;
  WordsReport& report = *reply.mutable_words();
  if (asked.confirm()) {
    identity.confirm_words(passphrase, {asked.proof().begin(), asked.proof().end()});
    report.set_confirmed(true);
    return finish(std::move(reply));
  }
  fill(*report.mutable_words(), identity.words(passphrase));
  finish(std::move(reply));
}

// ---- writing ----

void Visit::State::write(const Write& asked, const std::string& request_id) {
  journal::Draft draft;
  draft.text = asked.text();
  draft.tags.assign(asked.tags().begin(), asked.tags().end());
  draft.journal = asked.journal();
  draft.private_entry = asked.private_entry();
  draft.on = asked.on();
  draft.mood = asked.mood();
  draft.between_us = asked.between_us();
  draft.open_on = asked.open_on();
  journal::Shelf& shelf = desk.shelf();
  const bool new_to_us = !shelf.parts().log.answered(as_bytes(request_id));
  if (new_to_us) draft.attachments = attaching.for_entry(asked.attachments());
  Reply reply;
  fill(*reply.mutable_saved(), shelf.write(draft, as_bytes(request_id)));
  if (new_to_us) attaching.kept();
  finish(std::move(reply));
}

void Visit::State::answer_form(const AnswerForm& asked, const std::string& request_id) {
  journal::FilledForm form;
  form.practice = asked.practice();
  form.journal = asked.journal();
  form.period = asked.period();
  form.sharing = asked.sharing();
  form.fields = field_values(asked);
  Reply reply;
  fill(*reply.mutable_saved(), desk.shelf().answer(form, as_bytes(request_id)));
  finish(std::move(reply));
}

// ---- reading ----

void Visit::State::list(const List& asked) {
  journal::Filter filter;
  filter.limit = asked.limit();
  filter.from = asked.from();
  filter.since = asked.since();
  filter.until = asked.until();
  filter.tag = asked.tag();
  filter.kind = asked.kind();
  filter.journal = asked.journal();
  filter.tags.assign(asked.tags().begin(), asked.tags().end());
  filter.mood = asked.mood();
  filter.before = asked.before();
  filter.after = asked.after();
  filter.oldest = asked.oldest();
  std::vector<journal::Item> seen;  // of what is new, without its words: a lifetime of entries may have been asked for
  std::uint32_t shown = 0;
  const journal::Listed listed = journal::list_page(desk.shelf(), filter, [&](const journal::Item& item) {
    ++shown;
    Reply reply;
    fill(*reply.mutable_item(), item);
    quote(*reply.mutable_item(), item, desk.shelf());
    send(std::move(reply));
    if (asked.seen() && item.is_new) seen.push_back(without_words(item));
  });
  if (!asked.pages()) {
    done();
    return desk.shelf().mark_seen(seen);
  }
  Reply last;
  last.mutable_page()->set_shown(shown);
  last.mutable_page()->set_more(static_cast<std::uint32_t>(listed.more));
  if (listed.more > 0) last.mutable_page()->set_next(hex(listed.edge.view()));
  finish(std::move(last));
  desk.shelf().mark_seen(seen);
}

void Visit::State::show(const Show& asked) {
  const journal::Item item = journal::show(desk.shelf(), {asked.id(), asked.journal()});
  Reply reply;
  fill(*reply.mutable_item(), item);
  quote(*reply.mutable_item(), item, desk.shelf());
  reply.set_last(true);
  const bool shown = send(std::move(reply));
  if (shown && asked.seen()) desk.shelf().mark_seen({item});
}

void Visit::State::rounds(const Rounds& asked) {
  journal::RoundFilter filter;
  filter.practice = asked.practice();
  filter.journal = asked.journal();
  filter.limit = asked.limit();
  filter.current_only = asked.current_only();
  std::vector<journal::Item> seen;
  for (const auto& round : journal::rounds(desk.shelf(), filter)) {
    Reply reply;
    fill(*reply.mutable_round(), round);
    send(std::move(reply));
    seen.insert(seen.end(), round.answers.begin(), round.answers.end());
  }
  done();
  if (asked.seen()) desk.shelf().mark_seen(seen);
}

void Visit::State::today(const Today& asked) {
  const journal::Today today = journal::today(desk.shelf());
  Reply reply;
  fill(*reply.mutable_today(), today);
  for (std::size_t i = 0; i < today.news.size(); ++i)
    quote(*reply.mutable_today()->mutable_news(static_cast<int>(i)), today.news[i], desk.shelf());
  for (auto& peer : desk.peers()) *reply.mutable_today()->add_peers() = std::move(peer);
  const journal::YearsBack back = journal::years_back(desk.shelf());
  if (back.count > 0) {
    reply.mutable_today()->mutable_other_years()->set_count(static_cast<std::uint32_t>(back.count));
    reply.mutable_today()->mutable_other_years()->set_years_ago(back.longest);
  }
  reply.set_last(true);
  const bool shown = send(std::move(reply));
  if (shown && asked.seen()) desk.shelf().mark_seen(today.news);
}

// ---- what goes on by itself ----

void Visit::State::tell(const journal::Item& item) {
  Reply reply;
  WatchEvent& event = *reply.mutable_watch();
  event.set_event(std::string(name(item.kind)));
  event.set_at(item.written_at);
  event.set_journal(item.journal);
  event.set_name(item.author);
  fill(*event.mutable_item(), item);
  quote(*event.mutable_item(), item, desk.shelf());
  send(std::move(reply));
}

// What was taken back while it waited is not told.
void Visit::State::tell_if_there(const RecordId& id) {
  std::optional<journal::Item> item;
  try {
    item = journal::read(desk.shelf(), journal::find_one(desk.shelf(), {hex(id.view()), {}}));
  } catch (const journal::Refusal& refusal) {
    if (refusal.reason != journal::Reason::kNotFound) throw;
  }
  if (item) tell(*item);
}

// What there is no room for waits by its id, and is read when its turn comes. What happens meanwhile is told at once.
void Visit::State::watch(const Watch& asked) {
  std::deque<RecordId> waiting;
  if (asked.backlog()) {
    journal::each_unseen(desk.shelf(), [&](const journal::Item& item) {
      if (waiting.empty() && has_room()) {
        tell(item);
      } else {
        waiting.push_back(item.id);
      }
      return true;
    });
  }
  under_way = desk.subscribe([this](const WatchEvent& event) {
    Reply reply;
    *reply.mutable_watch() = event;
    send(std::move(reply));
  });
  if (waiting.empty()) return;
  in_steps([this, waiting = std::move(waiting)]() mutable {
    tell_if_there(waiting.front());
    waiting.pop_front();
    return !waiting.empty();
  });
}

void Visit::State::report_sync() {
  Reply reply;
  for (auto& peer : desk.peers()) *reply.mutable_sync()->add_peers() = std::move(peer);
  reply.mutable_sync()->set_complete(desk.in_step());
  finish(std::move(reply));
}

void Visit::State::sync(const Sync& asked) {
  desk.nudge();
  if (!asked.wait() || desk.in_step()) return report_sync();
  const auto patience = std::min<std::chrono::milliseconds>(
      asked.timeout_seconds() == 0 ? kSyncPatience : std::chrono::seconds(asked.timeout_seconds()),
      kSyncLongestPatience);
  look_again = [this, looks_left = patience / kSyncLook]() mutable {
    if (desk.in_step() || --looks_left <= 0) return report_sync();
    under_way = desk.after(kSyncLook, [this] { look_again(); });
  };
  under_way = desk.after(kSyncLook, [this] { look_again(); });
}

// A pairing of whatever kind.
template <class Asked, class Begin>
void Visit::State::meet(const Begin& begin, const Asked& asked) {
  Desk::Pairing pairing = begin(
      asked,
      [this](const PairEvent& event) {
        Reply reply;
        *reply.mutable_pair() = event;
        reply.set_last(event.has_paired() || event.has_arrived() || event.has_restored());
        send(std::move(reply));
      },
      [this](const Error& failure) { finish(failure); });
  under_way = std::move(pairing.hold);
  decide = std::move(pairing.decide);
}

}  // namespace duolog::control

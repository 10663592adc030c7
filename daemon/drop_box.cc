// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/drop_box.h"

#include <sys/inotify.h>

#include <asio/post.hpp>

#include "daemon/drop_box_state.h"

namespace duolog {
namespace {

constexpr auto kEachMinute = std::chrono::minutes(1);
constexpr auto kGathers = std::chrono::seconds(5);  // what is written one after the other goes along together
constexpr auto kSettles = std::chrono::seconds(1);  // a file that comes in pieces
constexpr auto kForAFold = std::chrono::milliseconds(10);
constexpr std::uint64_t kBytesASecond = 1 << 20;  // a long file is not written anew more often than that
constexpr const char* kToldMark = "dropped";      // u64 ms written || u64 ms read

}  // namespace

DropBox::DropBox(asio::io_context& io, std::filesystem::path folder, Household& house, const Clock& clock,
                 std::function<void(std::string_view)> note)
    : state_(std::make_shared<State>(io, std::move(folder), house, clock, std::move(note))) {
  state_->start();
}
DropBox::~DropBox() { state_->stop(); }

DropBox::Told DropBox::told() const {
  Told told = state_->told;
  told.trouble = state_->cannot_look.empty() ? state_->cannot_work : state_->cannot_look;
  return told;
}

void DropBox::wrote() {
  State& state = *state_;
  if (std::exchange(state.gathering, true)) return;
  const std::chrono::seconds pause(static_cast<std::int64_t>(state.last_bytes / kBytesASecond));
  state.later(state.gather, kGathers + pause, &State::look_what_to_write);
}

// ---- time ----

void DropBox::State::start() {
  told.folder = folder.path().string();
  const auto mark = memory().get(kToldMark);
  if (mark && mark->size() == 16) {
    told.written_ms = static_cast<std::int64_t>(read_u64(*mark));
    told.read_ms = static_cast<std::int64_t>(read_u64(ByteView(*mark).subspan(8)));
  }
  learn_own();
  asio::post(io, [self = shared_from_this()] {
    if (!self->stopped) self->each_minute();
  });
}

void DropBox::State::stop() {
  stopped = true;
  for (asio::steady_timer* timer : {&minute, &gather, &settle, &turn}) timer->cancel();
  asio::error_code ignored;
  static_cast<void>(watch.close(ignored));
  reading.reset();
  writing.reset();
}

void DropBox::State::later(asio::steady_timer& timer, std::chrono::milliseconds time, void (State::*then)()) {
  timer.expires_after(time);
  timer.async_wait([self = shared_from_this(), then](asio::error_code cancelled) {
    if (!cancelled && !self->stopped) (self.get()->*then)();
  });
}

// A stick that was pulled out comes back; what is 90 days old goes; what somebody acknowledged need not lie there.
void DropBox::State::each_minute() {
  if (!watch.is_open()) begin_watching();
  read_again_by_new_keys();
  look();
  look_what_to_write();
  later(minute, kEachMinute, &State::each_minute);
}

// A session may have brought the key of what nobody could open, or the words between.
void DropBox::State::read_again_by_new_keys() {
  std::size_t known = 0;
  for (const journal::JournalSecrets& journal : house.identity().journals()) known += journal.epochs.size();
  for (const JournalId& journal : house.log().journals()) known += house.log().record_count(journal);
  if (std::exchange(known_before, known) == known) return;
  for (const std::string& name : with_gaps) read.erase(name);
  with_gaps.clear();
}

void DropBox::State::begin_watching() {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd < 0) return;  // then once a minute has to do
  constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
  if (::inotify_add_watch(fd, folder.path().c_str(), kEvents) < 0) return void(::close(fd));
  asio::error_code refused;
  static_cast<void>(watch.assign(fd, refused));
  if (refused) return void(::close(fd));
  hear();
}

void DropBox::State::hear() {
  watch.async_read_some(
      asio::buffer(events), [self = shared_from_this()](asio::error_code trouble, std::size_t length) {
        if (self->stopped) return;
        bool gone = trouble != asio::error_code();
        for (std::size_t at = 0; at + sizeof(inotify_event) <= length;) {
          inotify_event event{};
          std::copy_n(self->events.data() + at, sizeof event, reinterpret_cast<std::uint8_t*>(&event));
          gone = gone || (event.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0;
          at += sizeof event + event.len;
        }
        if (!std::exchange(self->settling, true)) self->later(self->settle, kSettles, &State::look);
        asio::error_code ignored;
        if (gone) return void(self->watch.close(ignored));  // another one may come under that name
        self->hear();
      });
}

void DropBox::State::soon() {
  if (stopped || std::exchange(turning, true)) return;
  asio::post(io, [self = shared_from_this()] {
    if (!self->stopped) self->step();
  });
}

void DropBox::State::step() {
  turning = false;
  try {
    if (work()) return soon();
    if (reading || writing || !to_read.empty() || !to_write.empty()) {
      turning = true;
      return later(turn, kForAFold, &State::step);
    }
    if (!failed && put_off.empty()) cannot_work.clear();
    if (more_to_read && !std::exchange(settling, true)) later(settle, kSettles, &State::look);
  } catch (const journal::Refusal&) {  // of a journal that was left, or is meanwhile; its file is known then
    (reading ? static_cast<void>(reading.reset()) : static_cast<void>(writing.reset()));
    soon();
  } catch (const store::NotDurable& refused) {
    give_up(refused.what());
  } catch (const store::BadDatabase& damaged) {
    give_up(damaged.what());
  } catch (const std::system_error& refused) {
    give_up(refused.what());
  } catch (const std::bad_alloc&) {
    give_up("no locked memory is left for a key");
  }
}

// One file, or what one journal would write: the others go on. What was being read is tried again later and later.
void DropBox::State::give_up(const std::string& why) {
  if (reading) {
    put_off_file(reading->found);
    reading.reset();
  } else {
    writing.reset();
  }
  failed = true;
  if (cannot_work != why) note("drop box: " + why);
  cannot_work = why;
  soon();
}

// False: nothing to do, or a fold is waited for.
bool DropBox::State::work() {
  if (drop_strangers()) return true;
  if (reading) return read_on();
  if (begin_reading()) return true;
  if (writing) return write_on();
  return begin_writing();
}

void DropBox::State::remember_told() {
  Bytes mark;
  append_u64(mark, static_cast<std::uint64_t>(told.written_ms));
  append_u64(mark, static_cast<std::uint64_t>(told.read_ms));
  memory().put_soon(kToldMark, mark);
}

}  // namespace duolog

// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/nudging.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include "daemon/home/zone.h"
#include "daemon/journal/moment.h"
#include "daemon/journal/reading.h"
#include "daemon/notify/command.h"
#include "daemon/notify/desktop.h"
#include "daemon/notify/nudges.h"

namespace duolog {
namespace {

constexpr const char* kKept = "notify";  // in LocalState. DO NOT CHANGE

void note(const std::string& text) { spdlog::info("notify: {}", text); }

// Calls `attend` once, when the watched file is ready or its time has come.
class Ear {
 public:
  Ear(asio::io_context& io, std::function<void()> attend) : timer_(io), file_(io), attend_(std::move(attend)) {}
  ~Ear() { ++*turn_; }
  Ear(const Ear&) = delete;
  Ear& operator=(const Ear&) = delete;

  // Instead of what was watched before. The file is watched through a descriptor of our own: its number may by now be
  // that of another file.
  void watch(const std::optional<notify::Watch>& watch) {
    ++*turn_;
    timer_.cancel();
    asio::error_code wrong;
    if (file_.close(wrong)) note(wrong.message());
    if (!watch) return;
    const auto call = [this, turn = turn_, mine = *turn_](asio::error_code) {
      if (*turn != mine) return;
      ++*turn;
      attend_();
    };
    if (watch->until) timer_.expires_at(*watch->until), timer_.async_wait(call);
    const int fd = watch->fd < 0 ? -1 : ::fcntl(watch->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0) return;  // its time will come
    if (file_.assign(fd, wrong)) {
      note(wrong.message());
      ::close(fd);
      return;
    }
    if (watch->to_read) file_.async_wait(asio::posix::stream_descriptor::wait_read, call);
    if (watch->to_write) file_.async_wait(asio::posix::stream_descriptor::wait_write, call);
  }

 private:
  asio::steady_timer timer_;
  asio::posix::stream_descriptor file_;
  std::function<void()> attend_;
  std::shared_ptr<std::uint64_t> turn_ =
      std::make_shared<std::uint64_t>(0);  // what is queued of an earlier one is late
};

}  // namespace

struct Nudging::State {
  State(asio::io_context& io, const home::Notify& how, const Clock& time, journal::Shelf& journals,
        store::LocalState& remembered)
      : settings(how),
        clock(time),
        shelf(journals),
        memory(remembered),
        nudges(how, outside(), recalled()),
        desktop(note),
        command(how.command, note),
        tick_ear(io, [this] { tick(); }),
        desktop_ear(io, [this] { desktop.attend(clock.steady()), listen(); }),
        command_ear(io, [this] { command.attend(clock.steady()), listen(); }) {}

  const home::Notify& settings;
  const Clock& clock;
  journal::Shelf& shelf;
  store::LocalState& memory;
  notify::Nudges nudges;
  notify::Desktop desktop;
  notify::Command command;
  Ear tick_ear;
  Ear desktop_ear;
  Ear command_ear;

  notify::Nudges::Outside outside();
  [[nodiscard]] std::string recalled() const;
  void keep(const std::string& text);
  [[nodiscard]] notify::Nudges::Moment now() const;
  [[nodiscard]] bool waits(const std::string& practice) const;
  [[nodiscard]] std::optional<journal::Item> look(const notify::Came& came) const;
  void show(const notify::Notice& notice);
  void tick();
  void listen();
};

notify::Nudges::Outside Nudging::State::outside() {
  notify::Nudges::Outside outside;
  outside.waits = [this](const std::string& practice) { return waits(practice); };
  outside.paused = [this] { return journal::paused(shelf); };
  outside.phone_free = [this] {
    std::vector<notify::Nudges::Span> spans;
    for (const auto& time : journal::phone_free(shelf)) spans.push_back({time.from_ms, time.to_ms});
    return spans;
  };
  outside.look = [this](const notify::Came& came) { return look(came); };
  outside.show = [this](const notify::Notice& notice) { show(notice); };
  outside.keep = [this](const std::string& text) { keep(text); };
  return outside;
}

std::string Nudging::State::recalled() const {
  const auto kept = memory.get(kKept);
  return kept ? std::string(as_text(*kept)) : std::string();
}

// Where the disk refuses, something may be told twice or not at all after a restart; it is all in the journal.
void Nudging::State::keep(const std::string& text) {
  try {
    memory.put(kKept, as_bytes(text));
  } catch (const store::NotDurable& refused) {
    note(fmt::format("what is still to be told is not kept: {}", refused.what()));
  } catch (const store::BadDatabase& damaged) {
    note(fmt::format("what is still to be told is not kept: {}", damaged.what()));
  }
}

// The clock on the wall is that of the zone in which the machine is now.
notify::Nudges::Moment Nudging::State::now() const {
  const std::int64_t wall_ms = clock.wall().time_since_epoch().count();
  return {clock.steady(), wall_ms, journal::Zone(home::zone_of_this_machine()).local_ms(wall_ms)};
}

bool Nudging::State::waits(const std::string& practice) const {
  try {
    journal::RoundFilter filter;
    filter.practice = practice;
    filter.current_only = true;
    const auto rounds = journal::rounds(shelf, filter);
    return std::any_of(rounds.begin(), rounds.end(),
                       [](const auto& round) { return !round.mine_in && !round.mine_passed; });
  } catch (const journal::Refusal&) {
    return false;  // there is no such practice: doctor says so
  }
}

std::optional<journal::Item> Nudging::State::look(const notify::Came& came) const {
  try {
    auto item = journal::show(shelf, {hex(came.record.view()), hex(came.journal.view())});
    return item.is_new ? std::optional(std::move(item)) : std::nullopt;
  } catch (const journal::Refusal&) {
    return std::nullopt;  // taken back, or its journal was left
  }
}

void Nudging::State::show(const notify::Notice& notice) {
  if (settings.desktop) desktop.show(notice, clock.steady());
  if (!settings.command.empty()) command.run(notice, clock.steady());
}

void Nudging::State::tick() {
  nudges.tick(now());
  listen();
}

void Nudging::State::listen() {
  const auto moment = now();
  std::optional<notify::Watch> next;
  if (const auto wait = nudges.next_tick(moment)) next = notify::Watch{-1, false, false, moment.steady + *wait};
  tick_ear.watch(next);
  desktop_ear.watch(desktop.watch());
  command_ear.watch(command.watch());
}

Nudging::Nudging(asio::io_context& io, const home::Notify& settings, const Clock& clock, journal::Shelf& shelf,
                 store::LocalState& memory)
    : state_(std::make_unique<State>(io, settings, clock, shelf, memory)) {
  state_->listen();
}

Nudging::~Nudging() = default;
bool Nudging::hears() const { return state_->nudges.hears(); }

void Nudging::hear(const journal::News& news) {
  if (state_->nudges.hear(news, state_->clock.steady())) state_->listen();
}

void Nudging::examine(const std::function<void(const char*, const char*, std::string)>& find) const {
  using Reach = notify::Desktop::Reach;
  if (!state_->settings.command.empty()) find("notify-command", "ok", state_->settings.command.front());
  if (state_->settings.desktop) {
    const notify::Desktop::Finding finding = notify::Desktop::look();
    if (finding.reach == Reach::kService) find("notify-desktop", "ok", "");
    if (finding.reach == Reach::kNoService) find("notify-no-service", "note", finding.why);
    if (finding.reach == Reach::kNoBus) find("notify-no-bus", "note", finding.why);
  }
  const journal::Shelf& shelf = state_->shelf;
  for (const auto& reminder : state_->settings.reminders) {
    if (!journal::knows_practice(shelf, reminder.practice)) find("notify-no-practice", "note", reminder.practice);
  }
}

}  // namespace duolog

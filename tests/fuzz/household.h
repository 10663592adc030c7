// household.h: two people's devices on disks in memory, as they are after setting up; made anew where an execution has
// written to them, so that each finds the same.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unistd.h>

#include <filesystem>
#include <memory>

#include "daemon/journal/founding.h"
#include "daemon/journal/reading.h"
#include "tests/fuzz/script.h"

namespace duolog::fuzz {

// 2026-11-22 12:00 UTC.
inline constexpr WallTime kNow{std::chrono::milliseconds(1'795'348'800'000)};

class Device {
 public:
  explicit Device(std::string name) {
    std::string pattern = "/dev/shm/duolog-fuzz-XXXXXX";
    must(::mkdtemp(pattern.data()) != nullptr, "no folder in memory");
    folder_ = pattern;
    identity_ =
        journal::Identity::create({folder_ / "vault", folder_ / "key"}, {std::move(name), "laptop"}, {}, {}, kNow);
    database_ = std::make_unique<store::Database>(folder_ / "duolog.db", store::Database::Open::kCreate);
    log_ = std::make_unique<store::SealedLog>(*database_, store::Quota{.free_bytes = 0});
    local_ = std::make_unique<store::LocalState>(*database_, identity_->keys().local_key("local.state"));
    view_ = std::make_unique<journal::ViewFile>("", identity_->keys().local_key("local.view"), nullptr);
    journal::Shelf::Hooks hooks;
    hooks.grew = [](const JournalId&) {};
    hooks.news = [](const journal::News&) {};
    const Clock clock{[] { return kNow; }, [] { return SteadyTime(); }};
    shelf_ = std::make_unique<journal::Shelf>(
        journal::Shelf::Parts{*identity_, *log_, *local_, *view_, clock, "Europe/Berlin"}, std::move(hooks));
    shelf_->start();
  }
  ~Device() { std::filesystem::remove_all(folder_); }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  [[nodiscard]] journal::Shelf& shelf() { return *shelf_; }
  [[nodiscard]] store::SealedLog& log() { return *log_; }
  [[nodiscard]] journal::Identity& identity() { return *identity_; }
  // As the handshake with this device would have introduced it.
  [[nodiscard]] journal::FoundingFacts introduced() const {
    journal::FoundingFacts facts;
    facts.channel_binding.fill(1);
    facts.device = identity_->keys().id();
    facts.chain = identity_->chain();
    facts.name = identity_->person();
    facts.paired_by = "code";
    return facts;
  }

 private:
  std::filesystem::path folder_;
  std::optional<journal::Identity> identity_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::SealedLog> log_;
  std::unique_ptr<store::LocalState> local_;
  std::unique_ptr<journal::ViewFile> view_;
  std::unique_ptr<journal::Shelf> shelf_;
};

// Founds a journal of the two, message by message; `meddle` may change each.
template <class Meddle>
std::pair<journal::Founding::State, journal::Founding::State> found(Device& host, Device& joiner, Meddle meddle) {
  journal::Founding there(host.shelf(), journal::FoundingRole::kHost, joiner.introduced());
  journal::Founding here(joiner.shelf(), journal::FoundingRole::kJoiner, host.introduced());
  there.approve("partner");
  for (int round = 0; round < 4; ++round) {
    for (auto [from, to] : {std::pair(&there, &here), std::pair(&here, &there)}) {
      while (auto message = from->next()) {
        meddle(*message);
        to->receive(*message);
      }
    }
  }
  return {there.state(), here.state()};
}

}  // namespace duolog::fuzz

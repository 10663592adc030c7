// box.h: a mailbox in a folder of its own, on a clock that the test moves, and devices that call it through memory.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>

#include "daemon/mailbox/counter.h"
#include "daemon/net/mailbox_errand.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::mailbox::testing {

using namespace std::chrono_literals;

struct Time {
  std::chrono::milliseconds wall = std::chrono::days(20'000);
  std::chrono::milliseconds steady = std::chrono::hours(1'000);
  [[nodiscard]] Clock clock() {
    return {[this] { return WallTime(wall); }, [this] { return SteadyTime(steady); }};
  }
  void pass(std::chrono::milliseconds time) { wall += time, steady += time; }
};

// The beginning of libsodium, once.
struct Sodium {
  Sodium() { crypto::initialise(); }
};

class Box : private Sodium {
 public:
  explicit Box(Limits limits = {}) : limits_(limits) {
    keys_.emplace(folder / "key");
    keys_->make();
    open();
  }
  void open() {
    bundles_.emplace(folder / "bundles", limits_, time.clock(), [this](std::string note) { notes.push_back(note); });
    counter_.emplace(Counter::House{*bundles_, *keys_, time.clock()});
  }
  // As after a kill: what is on the disk is all there is.
  void close() {
    counter_.reset();
    bundles_.reset();
  }
  void open_again() {
    close();
    open();
  }
  [[nodiscard]] Bundles& bundles() { return *bundles_; }
  [[nodiscard]] Counter& counter() { return *counter_; }
  [[nodiscard]] KeyFile& keys() { return *keys_; }
  [[nodiscard]] crypto::MailboxLink link() {
    const auto now = keys_->now();
    return {now->secret.clone(), now->server, {"127.0.0.1:38651"}};
  }

  // All of it at once.
  Answer put(const Bytes& bundle) {
    std::unique_ptr<Incoming> incoming;
    Answer answer = No{};
    for (std::size_t at = 0; at < bundle.size(); at += kPartSent) {
      const std::size_t length = std::min(kPartSent, bundle.size() - at);
      answer =
          bundles().put(incoming, {crypto::bundle_id(bundle), static_cast<std::uint32_t>(bundle.size()),
                                   static_cast<std::uint32_t>(at), to_bytes(ByteView(bundle).subspan(at, length))});
      if (!std::holds_alternative<More>(answer)) break;
    }
    return answer;
  }
  std::uint64_t kept(const Bytes& bundle) {
    const Answer answer = put(bundle);
    return std::holds_alternative<Kept>(answer) ? std::get<Kept>(answer).cursor : 0;
  }
  Listing list(std::uint64_t after = 0) { return std::get<Listing>(bundles().list(after)); }
  std::optional<Bytes> get(std::uint64_t cursor, std::uint32_t size) {
    Bytes all;
    while (all.size() < size) {
      const Answer answer = bundles().get({cursor, static_cast<std::uint32_t>(all.size())});
      if (!std::holds_alternative<Part>(answer)) return std::nullopt;
      append(all, std::get<Part>(answer).part);
    }
    return all;
  }

  duolog::testing::TemporaryFolder folder;
  Time time;
  std::vector<std::string> notes;

 private:
  Limits limits_;
  std::optional<KeyFile> keys_;
  std::optional<Bundles> bundles_;
  std::optional<Counter> counter_;
};

inline Bytes bundle_of(std::size_t length, std::uint8_t fill = 7) {
  Bytes bundle(length, fill);
  if (length > 8) bundle[0] = static_cast<std::uint8_t>(length), bundle[1] = static_cast<std::uint8_t>(length >> 8);
  return bundle;
}

// A device that calls: what it fetched, what was kept.
class Caller {
 public:
  Caller(Box& box, std::uint64_t after = 0) : Caller(box, box.link(), after) {}
  Caller(Box& box, const crypto::MailboxLink& link, std::uint64_t after = 0)
      : box_(box), errand(link, after, hooks(), SteadyTime(box.time.steady)), line_(box.counter().accepted()) {}

  // As long as one of them says something.
  void run() {
    for (int turns = 0; turns < 100'000; ++turns) {
      const Bytes there = errand.take_output();
      const Bytes here = box_.counter().take_output(line_);
      if (there.empty() && here.empty()) break;
      if (!there.empty()) box_.counter().received(line_, there);
      if (!here.empty()) errand.receive(here, SteadyTime(box_.time.steady));
    }
    if (box_.counter().finished(line_)) errand.closed();
  }
  [[nodiscard]] net::LineId line() const { return line_; }

  net::ErrandHooks hooks() {
    net::ErrandHooks hooks;
    hooks.listed = [this](const Listing& told, const std::vector<Lying>& all) {
      listing = told;
      listed = all;
      to_fetch = {all.begin(), all.end()};
    };
    hooks.wanted = [this]() -> std::optional<Lying> {
      if (to_fetch.empty() || !fetches) return std::nullopt;
      const Lying next = to_fetch.front();
      to_fetch.erase(to_fetch.begin());
      return next;
    };
    hooks.came = [this](const Lying& which, std::optional<Bytes> bundle) { fetched[which.cursor] = std::move(bundle); };
    hooks.busy = [] { return false; };
    hooks.to_put = [this]() -> std::optional<Bytes> {
      if (to_put.empty()) return std::nullopt;
      Bytes next = to_put.front();
      to_put.erase(to_put.begin());
      return next;
    };
    hooks.kept = [this](const BundleId& id, std::uint64_t cursor) { kept.emplace_back(id, cursor); };
    hooks.refused = [this](Why why) { refused = why; };
    return hooks;
  }

 private:
  Box& box_;

 public:
  std::optional<Listing> listing;
  std::vector<Lying> listed, to_fetch;
  bool fetches = true;
  std::map<std::uint64_t, std::optional<Bytes>> fetched;
  std::vector<Bytes> to_put;
  std::vector<std::pair<BundleId, std::uint64_t>> kept;
  std::optional<Why> refused;
  net::MailboxErrand errand;

 private:
  net::LineId line_;
};

}  // namespace duolog::mailbox::testing

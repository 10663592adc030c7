// intake.h: a bundle on its way in, piece by piece from one visitor: each piece is read to its end before the next one
// is asked for, and what becomes of all of it is told once.
//
//   begin() ─► kHungry ── take() ──► kWorking ─► kHungry … ─► kOver ── forget() ─► kNone
//                 └─ nothing comes for too long ─► kTooSlow ◄───┘
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "daemon/control/keep.h"
#include "daemon/sync/bundle_reader.h"

namespace duolog::control {

class BundleReport;

inline constexpr std::size_t kBundlePieceLimit = 1 << 20;

class Intake {
 public:
  struct Owner {
    std::function<void(BundleReport&)> describe;   // what it knows of the bundle, besides how much came
    std::function<Error()> others;                 // nobody here has a key for it
    std::function<void(BundleReport&)> whole;      // it was read to its end, and nothing is wrong with it
    std::function<void()> put_down;                // nothing comes of it any more. Absent: there is nothing to let go
    std::optional<std::chrono::seconds> patience;  // between an answer and what comes next; else without end
  };
  Intake(Desk& desk, const Keep::Answers& answers, Owner owner);

  void begin(std::shared_ptr<sync::BundleReader> reader);
  void forget();
  // A piece, or the end: answered once it is read. Throws what a request may throw.
  template <class Step>
  void take(const Step& step) {
    step.has_end() ? end() : feed(step.piece());
  }

  [[nodiscard]] sync::BundleReader* reader() const { return reader_.get(); }
  [[nodiscard]] bool is_over() const { return at_ == At::kOver; }
  [[nodiscard]] bool was_too_slow() const { return at_ == At::kTooSlow; }
  [[nodiscard]] Reply report(const char* stage) const;  // REQUIRES: begin()

 private:
  enum class At { kNone, kHungry, kWorking, kOver, kTooSlow };
  void feed(std::string_view piece);
  void end();
  void go_on();
  void work();
  void later(std::chrono::milliseconds time);
  void wait(At at);
  void tell_over();
  void put_down();
  void fail(Error failure);

  Desk& desk_;
  const Keep::Answers& answers_;
  Owner owner_;
  std::shared_ptr<sync::BundleReader> reader_;
  At at_ = At::kNone;
  std::uint64_t fed_ = 0;
  Desk::State home_{};  // as it began: of another home nothing is taken in
  Hold timer_;          // of the work, or of the wait
};

}  // namespace duolog::control

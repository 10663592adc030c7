// strangers.cc: patience with a limit.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/line/strangers.h"

#include "crypto/pairing.h"

namespace duolog::net {
namespace {

constexpr std::size_t kPrefix = 2;
constexpr std::size_t kLongestFirstFrame = crypto::kFirstMessageLength;
constexpr milliseconds kTurnEvery{1'000 / kHandshakesPerSecond};

bool good_length(std::size_t length) {
  return length == crypto::kPairNonceLength || length == crypto::kFirstMessageLength;
}

}  // namespace

void Strangers::admit(LineId line, SteadyTime now) {
  make_room();
  strangers_.emplace(line, Stranger{.deadline = now + kHandshakeTime,
                                    .reader = proto::FrameReader(proto::Framing::kPeer, kLongestFirstFrame)});
}

void Strangers::make_room() {
  std::size_t open = 0;
  Stranger* oldest = nullptr;
  Stranger* oldest_muted = nullptr;
  for (auto& [line, stranger] : strangers_) {
    if (stranger.stage == Stranger::Stage::kFinished) continue;
    ++open;
    if (!oldest) oldest = &stranger;
    if (!oldest_muted && stranger.stage == Stranger::Stage::kMuted) oldest_muted = &stranger;
  }
  if (open < kStrangersLimit) return;
  (oldest_muted ? oldest_muted : oldest)->stage = Stranger::Stage::kFinished;
}

void Strangers::receive(LineId line, ByteView bytes) {
  const auto found = strangers_.find(line);
  if (found == strangers_.end() || found->second.stage == Stranger::Stage::kFinished) return;
  Stranger& stranger = found->second;
  stranger.received += bytes.size();
  if (stranger.stage != Stranger::Stage::kReading || stranger.received > kPrefix + kLongestFirstFrame) {
    stranger.stage = Stranger::Stage::kMuted;  // whoever belongs here waits for an answer first
    return;
  }
  stranger.reader.feed(bytes);
  const auto next = stranger.reader.next(stranger.frame);
  if (next == proto::FrameReader::Next::kNeedMore) return;
  const bool whole = next == proto::FrameReader::Next::kMessage && stranger.reader.buffered() == 0;
  stranger.stage = whole && good_length(stranger.frame.size()) ? Stranger::Stage::kQueued : Stranger::Stage::kMuted;
}

std::optional<Strangers::FirstFrame> Strangers::next(SteadyTime now) {
  refill(now);
  if (turns_ == 0) return std::nullopt;
  for (auto& [line, stranger] : strangers_) {
    if (stranger.stage != Stranger::Stage::kQueued) continue;
    --turns_;
    stranger.stage = Stranger::Stage::kMuted;
    return FirstFrame{line, std::exchange(stranger.frame, {}), stranger.deadline};
  }
  return std::nullopt;
}

void Strangers::refill(SteadyTime now) {
  const auto earned = (now - refilled_at_) / kTurnEvery;
  if (earned <= 0) return;
  refilled_at_ += earned * kTurnEvery;
  turns_ = static_cast<std::uint32_t>(std::min<std::int64_t>(turns_ + earned, kHandshakesPerSecond));
}

void Strangers::forget(LineId line) { strangers_.erase(line); }

std::size_t Strangers::read_limit(LineId line) const {
  const auto found = strangers_.find(line);
  if (found == strangers_.end() || found->second.stage != Stranger::Stage::kReading) return 0;
  return kPrefix + kLongestFirstFrame - found->second.received;
}

bool Strangers::finished(LineId line) const {
  const auto found = strangers_.find(line);
  return found == strangers_.end() || found->second.stage == Stranger::Stage::kFinished;
}

void Strangers::tick(SteadyTime now) {
  for (auto& [line, stranger] : strangers_)
    if (now >= stranger.deadline) stranger.stage = Stranger::Stage::kFinished;
}

SteadyTime Strangers::deadline() const {
  SteadyTime soonest = SteadyTime::max();
  for (const auto& [line, stranger] : strangers_) {
    if (stranger.stage == Stranger::Stage::kFinished) continue;
    soonest = std::min(soonest, stranger.deadline);
    if (stranger.stage == Stranger::Stage::kQueued) soonest = std::min(soonest, refilled_at_ + kTurnEvery);
  }
  return soonest;
}

}  // namespace duolog::net

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/simulation/network.h"

#include <algorithm>

namespace duolog::simulation {
namespace {

constexpr std::size_t kLineBuffer = 64 << 10;  // bytes under way on one line, as a socket's buffers hold them
constexpr std::size_t kLongestPiece = 8192;
constexpr std::size_t kOldKept = 8;            // streams that the listener remembers
constexpr std::size_t kHeardKept = 16 << 10;   // bytes of each
constexpr std::uint64_t kUsualSession = 4096;  // a cable that breaks does so within about so many bytes
constexpr milliseconds kStrangerStays{20'000};
constexpr milliseconds kLookAgain{100};  // at a line whose reader takes nothing now
constexpr milliseconds kGivesUp = net::kConnectTime;

Bytes cut_out(const Bytes& bytes, std::size_t from, std::size_t size) {
  const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(from);
  return {first, first + static_cast<std::ptrdiff_t>(size)};
}

}  // namespace

void Network::note(std::uint64_t what) { trace_ = (trace_ ^ what) * 1099511628211ULL; }

milliseconds Network::delay() {
  const auto most = static_cast<std::uint64_t>(weather.delay.count());
  return milliseconds(1 + dice_(dice_(8) == 0 ? 10 * most + 1 : most + 1));
}

void Network::set_dark(const Station& towards, bool dark) {
  std::erase(dark_, &towards);
  if (dark) dark_.push_back(&towards);
}

bool Network::is_dark(const Station* towards) const {
  return towards != nullptr && std::find(dark_.begin(), dark_.end(), towards) != dark_.end();
}

void Network::set_apart(const Station& one, const Station& other, bool apart) {
  std::erase(apart_, std::pair(&one, &other));
  std::erase(apart_, std::pair(&other, &one));
  if (apart) apart_.emplace_back(&one, &other);
}

bool Network::is_apart(const Station* one, const Station* other) const {
  return std::ranges::any_of(apart_, [&](const auto& pair) {
    return (pair.first == one && pair.second == other) || (pair.first == other && pair.second == one);
  });
}

bool Network::is_open(const Station& from, const Station& to) const {
  return !is_dark(&from) && !is_dark(&to) && !is_apart(&from, &to) && to.there() && !weather.refuses;
}

Station* Network::at_host(const std::string& host) {
  for (Station* station : stations_) {
    if (station->host() == host) return station;
  }
  return nullptr;
}

// ---- connections come about ----

void Network::dial(Station& from, net::LineId line, const std::string& host, milliseconds now) {
  ++tally_.dials;
  note(line);
  attempts_.push_back({&from, line, host, now + delay(), now + kGivesUp});
}

Network::Cable& Network::connect(Station* from, net::LineId line, Station& to) {
  auto cable = std::make_unique<Cable>();
  cable->ends[0].station = from;
  cable->ends[0].line = line;
  cable->ends[0].open = from != nullptr;
  cable->ends[1].station = &to;
  const std::string host = from != nullptr ? from->host() : "203.0.113.9";
  cable->ends[1].open = to.at_work([&](net::Switchboard& board) { cable->ends[1].line = board.accepted(host); });
  for (End& end : cable->ends) {
    end.frames = std::make_unique<proto::FrameReader>(proto::Framing::kPeer, proto::kPeerFrameLimit);
  }
  if (weather.breaks_one_in > 0 && dice_(weather.breaks_one_in) == 0) {
    cable->ends[dice_(2)].in.breaks_after = dice_(dice_(2) == 0 ? 400 : kUsualSession);
  }
  if (const auto planned = std::exchange(next_break_, std::nullopt)) {
    cable->ends[planned->first].in.breaks_after = planned->second;
  }
  cables_.push_back(std::move(cable));
  return *cables_.back();
}

// True: it is over, one way or the other.
bool Network::attempt(const Attempt& attempt, milliseconds now) {
  if (!attempt.from->awake()) return false;  // it will hear of it later
  Station* to = at_host(attempt.host);
  const bool lost = to == nullptr || is_dark(attempt.from) || is_dark(to) || is_apart(attempt.from, to) || !to->there();
  if (lost && now < attempt.given_up_at) return false;
  const bool refused = lost || weather.refuses || !to->awake();
  note(refused ? 1 : 2);
  if (refused) {
    ++tally_.unreached;
    attempt.from->at_work([&](net::Switchboard& board) { board.closed(attempt.line); });
    return true;
  }
  ++tally_.connections;
  connect(attempt.from, attempt.line, *to);
  attempt.from->at_work([&](net::Switchboard& board) { board.connected(attempt.line); });
  return true;
}

// ---- bytes ----

void Network::count(End& from, const Bytes& bytes) {
  tally_.bytes += bytes.size();
  Bytes frame;
  for (std::size_t at = 0; at < bytes.size(); at += kLongestPiece) {
    from.frames->feed(ByteView(bytes).subspan(at, std::min(kLongestPiece, bytes.size() - at)));
    while (from.frames->next(frame) == proto::FrameReader::Next::kMessage) ++tally_.messages;
  }
}

void Network::send(Cable& cable, int from, const Bytes& bytes, milliseconds now) {
  Stream& to = cable.ends[1 - from].in;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t piece = std::min<std::size_t>(bytes.size() - at, 1 + dice_(kLongestPiece));
    const milliseconds last = to.arriving.empty() ? milliseconds(0) : to.arriving.back().first;
    to.arriving.emplace_back(std::max(now + delay(), last), cut_out(bytes, at, piece));
    to.on_the_way += piece;
    at += piece;
  }
  if (to.heard.size() < kHeardKept) append(to.heard, bytes);
}

bool Network::hang_up(End& end) {
  if (!std::exchange(end.open, false) || end.station == nullptr) return false;
  return end.station->at_work([&](net::Switchboard& board) { board.closed(end.line); });
}

// What the node at `side` has to say.
bool Network::take(Cable& cable, int side, milliseconds now) {
  End& from = cable.ends[side];
  Stream& to = cable.ends[1 - side].in;
  if (!from.open || from.station == nullptr || !from.station->awake()) return false;
  const std::uint64_t works = from.station->works();
  if (from.silent_at == works) return false;
  bool moved = false;
  if (to.on_the_way < kLineBuffer) {
    Bytes out;
    if (!from.station->asked([&](net::Switchboard& board) { out = board.take_output(from.line); })) return true;
    if (out.empty()) {
      from.silent_at = works;
    } else {
      count(from, out);
      send(cable, side, out, now);
      for (const std::uint8_t byte : out) note(byte);
      moved = true;
    }
  }
  bool over = false;
  from.station->asked([&](net::Switchboard& board) { over = board.finished(from.line); });
  if (!over) return moved;
  to.ends_at = to.arriving.empty() ? now : to.arriving.back().first;
  hang_up(from);
  return true;
}

bool Network::deliver(Cable& cable, int side, milliseconds now) {
  End& end = cable.ends[side];
  Stream& in = end.in;
  in.waits = false;
  if (is_dark(end.station) || is_apart(end.station, cable.ends[1 - side].station)) return false;
  if (end.open && end.station != nullptr && !end.station->awake()) return false;
  bool moved = false;
  while (!in.arriving.empty() && in.arriving.front().first <= now) {
    Bytes& front = in.arriving.front().second;
    std::size_t taken = front.size();
    if (end.open && end.station != nullptr) {
      std::size_t limit = 0;
      end.station->asked([&](net::Switchboard& board) { limit = board.read_limit(end.line); });
      in.waits = limit == 0;
      if (limit == 0) break;
      taken = std::min({taken, limit, static_cast<std::size_t>(in.breaks_after - in.delivered)});
    }
    const Bytes piece = cut_out(front, 0, taken);
    front.erase(front.begin(), front.begin() + static_cast<std::ptrdiff_t>(taken));
    in.on_the_way -= taken;
    in.delivered += taken;
    if (front.empty()) in.arriving.pop_front();
    moved = true;
    if (end.open && end.station != nullptr && taken > 0) {
      end.station->at_work([&](net::Switchboard& board) { board.received(end.line, piece); });
    }
    if (in.delivered >= in.breaks_after) {
      break_cable(cable);
      return true;
    }
  }
  if (in.arriving.empty() && in.ends_at <= now) {
    in.ends_at = kNever;
    hang_up(end);
    moved = true;
  }
  return moved;
}

// ---- and end ----

void Network::break_cable(Cable& cable) {
  if (std::exchange(cable.broken, true)) return;
  ++tally_.breaks;
  note(3);
  for (End& end : cable.ends) hang_up(end);
}

void Network::break_all() {
  for (const auto& cable : cables_) break_cable(*cable);
}

void Network::break_next_after(int side, std::uint64_t bytes) { next_break_ = {side, bytes}; }

void Network::gone(const Station& station, bool machine) {
  std::erase_if(attempts_, [&](const Attempt& attempt) { return attempt.from == &station; });
  for (const auto& cable : cables_) {
    for (int side = 0; side < 2; ++side) {
      End& end = cable->ends[side];
      if (end.station != &station) continue;
      Stream& other = cable->ends[1 - side].in;
      if (!machine) other.ends_at = other.arriving.empty() ? now_ : other.arriving.back().first;
      end.station = nullptr;
      end.open = false;
    }
  }
}

void Network::retire(Cable& cable) {
  for (int side = 0; side < 2; ++side) {
    last_delivered_[side] = cable.ends[side].in.delivered;
    const Station* to = cable.ends[side].station;
    if (cable.given_up_at != kNever || to == nullptr || cable.ends[side].in.heard.empty()) continue;
    old_.push_back({to, std::move(cable.ends[side].in.heard)});
    if (old_.size() > kOldKept) old_.pop_front();
  }
}

bool Network::move(milliseconds now) {
  now_ = now;
  bool moved = false;
  for (std::size_t i = 0; i < attempts_.size();) {
    if (attempts_[i].at > now) {
      ++i;
      continue;
    }
    if (!attempt(attempts_[i], now)) {
      ++i;
      continue;
    }
    attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(i));
    moved = true;
  }
  for (std::size_t i = 0; i < cables_.size(); ++i) {
    Cable& cable = *cables_[i];
    for (int side = 0; side < 2 && !cable.broken; ++side) moved = take(cable, side, now) || moved;
    for (int side = 0; side < 2 && !cable.broken; ++side) moved = deliver(cable, side, now) || moved;
    if (cable.given_up_at <= now && !cable.broken) break_cable(cable);
  }
  std::erase_if(cables_, [this](const auto& cable) {
    const bool over = cable->broken || (!cable->ends[0].open && !cable->ends[1].open);
    if (over) retire(*cable);
    return over;
  });
  return moved;
}

milliseconds Network::next_event(milliseconds now) const {
  milliseconds next = kNever;
  for (const Attempt& attempt : attempts_) {
    const bool is_due = attempt.at <= now;
    if (!attempt.from->awake()) continue;
    next = std::min(next, is_due ? std::max(attempt.given_up_at, now + kLookAgain) : attempt.at);
  }
  for (const auto& cable : cables_) {
    next = std::min(next, cable->given_up_at);
    for (const End& end : cable->ends) {
      const End& there = cable->ends[&end == &cable->ends[0] ? 1 : 0];
      if (is_apart(end.station, there.station)) continue;
      if (is_dark(end.station) || (end.open && end.station != nullptr && !end.station->awake())) continue;
      if (end.in.waits) {
        next = std::min(next, now + kLookAgain);
      } else if (!end.in.arriving.empty()) {
        next = std::min(next, end.in.arriving.front().first);
      } else {
        next = std::min(next, end.in.ends_at);
      }
    }
  }
  return next;
}

std::size_t Network::open_cables() const {
  return static_cast<std::size_t>(std::count_if(cables_.begin(), cables_.end(), [](const auto& cable) {
    return cable->ends[0].open && cable->ends[1].open && cable->ends[0].station != nullptr;
  }));
}

// ---- the one who listens in ----

bool Network::replay(const Station& to, bool whole) {
  std::vector<const Old*> fitting;
  for (const Old& old : old_) {
    if (old.to == &to) fitting.push_back(&old);
  }
  Station* victim = at_host(to.host());
  if (fitting.empty() || !victim->awake()) return false;
  const Old& old = *fitting[dice_(fitting.size())];
  Bytes bytes = old.bytes;
  if (!whole) bytes.resize(1 + dice_(bytes.size()));
  Cable& cable = connect(nullptr, 0, *victim);
  cable.given_up_at = now_ + kStrangerStays;
  ++tally_.replays;
  send(cable, 0, bytes, now_);
  return true;
}

bool Network::inject(const Station& to) {
  if (old_.empty()) return false;
  for (const auto& cable : cables_) {
    for (int side = 0; side < 2; ++side) {
      if (cable->ends[side].station != &to || !cable->ends[side].open || cable->ends[1 - side].station == nullptr)
        continue;
      const Bytes& old = old_[dice_(old_.size())].bytes;
      ++tally_.replays;
      send(*cable, 1 - side, cut_out(old, 0, 1 + dice_(old.size())), now_);
      return true;
    }
  }
  return false;
}

void Network::knock(Station& at) {
  if (!at.awake()) return;
  connect(nullptr, 0, at).given_up_at = now_ + kStrangerStays;
}

}  // namespace duolog::simulation

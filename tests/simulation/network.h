// network.h: what lies between the nodes: cables that deliver late and in pieces, break at any byte, go dark in one
// direction or both, and a stranger who has listened in and says old bytes again.
//
// A byte on a cable is late but never lost or out of order while the cable lasts, as TCP keeps it; a cable that breaks
// takes with it what was under way. Dark is a direction in which nothing arrives: what is sent waits, who dials gives
// up after ten seconds, nobody is told. A node that is asleep, or was cut off with its machine, is a dark place too.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/net/switchboard.h"
#include "proto/frame_codec.h"

namespace duolog::simulation {

using std::chrono::milliseconds;

inline constexpr milliseconds kNever = milliseconds::max();

// What the network knows of a node: a host that may be there, awake, and its switchboard.
class Station {
 public:
  virtual ~Station() = default;
  [[nodiscard]] virtual const std::string& host() const = 0;
  [[nodiscard]] virtual bool awake() const = 0;  // it runs and is no dark place
  [[nodiscard]] virtual bool there() const = 0;  // its machine is on the network, so that a refusal can come from it
  // Work at its switchboard. False: it has died of it, and what `work` said does not count.
  virtual bool at_work(const std::function<void(net::Switchboard&)>& work) = 0;
  // The same, where `work` asks and, most likely, changes nothing.
  virtual bool asked(const std::function<void(net::Switchboard&)>& work) = 0;
  // How often it was at work: whoever had nothing to say has nothing to say until this is another number.
  [[nodiscard]] virtual std::uint64_t works() const = 0;
};

class Network {
 public:
  using Dice = std::function<std::uint64_t(std::uint64_t below)>;
  explicit Network(Dice dice) : dice_(std::move(dice)) {}

  // ---- the weather ----
  struct Weather {
    milliseconds delay{40};           // at most, of a piece; one in eight takes ten times as long
    std::uint64_t breaks_one_in = 0;  // one in so many cables breaks at a random byte; 0: none
    bool refuses = false;             // no new connection comes about, and who dials is told at once
  };
  Weather weather;
  void set_dark(const Station& towards, bool dark);
  void light_everywhere() {
    dark_.clear();
    apart_.clear();
  }
  void set_apart(const Station& one, const Station& other, bool apart);      // between those two nothing arrives
  [[nodiscard]] bool is_open(const Station& from, const Station& to) const;  // light, and there
  void break_all();                                                          // every cable, where it is
  void break_next_after(int side, std::uint64_t bytes);  // the next cable: once so many bytes have reached that side
  // Old bytes are said again, to whoever they were said to: `whole` of what a former dialler sent, or its beginning.
  bool replay(const Station& to, bool whole);
  bool inject(const Station& to);  // old bytes into a living cable: whoever can do that can also cut it
  void knock(Station& at);         // somebody connects and stays silent

  // ---- for the world ----
  void add(Station& station) { stations_.push_back(&station); }
  void dial(Station& from, net::LineId line, const std::string& host, milliseconds now);
  // The node's process is gone: what it had sent still arrives; the other learns of it then, or not at all when the
  // whole machine went.
  void gone(const Station& station, bool machine);
  bool move(milliseconds now);                                    // true: something happened
  [[nodiscard]] milliseconds next_event(milliseconds now) const;  // kNever: none

  // ---- what has happened ----
  struct Tally {
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;  // whole frames taken from the nodes
    std::uint64_t dials = 0;
    std::uint64_t connections = 0;
    std::uint64_t breaks = 0;
    std::uint64_t unreached = 0;  // dials that came to nothing
    std::uint64_t replays = 0;
  };
  [[nodiscard]] const Tally& tally() const { return tally_; }
  [[nodiscard]] std::size_t open_cables() const;  // between two nodes that both think it open
  [[nodiscard]] std::uint64_t delivered(int side) const { return last_delivered_[side]; }  // by the last cable
  [[nodiscard]] std::uint64_t trace() const { return trace_; }                             // of every byte and its time

 private:
  struct Stream {  // towards one end
    std::deque<std::pair<milliseconds, Bytes>> arriving;
    std::size_t on_the_way = 0;
    std::uint64_t delivered = 0;
    std::uint64_t breaks_after = UINT64_MAX;
    milliseconds ends_at = kNever;  // the other side has closed, or is gone
    bool waits = false;             // its reader takes nothing now
    Bytes heard;                    // by the one who listens in
  };
  struct End {
    Station* station = nullptr;  // null: a stranger, or gone
    net::LineId line = 0;
    bool open = false;
    std::uint64_t silent_at = UINT64_MAX;  // its works() when it had nothing to say
    Stream in;
    std::unique_ptr<proto::FrameReader> frames;  // of what it sends
  };
  struct Cable {
    End ends[2];                        // 0 dialled
    milliseconds given_up_at = kNever;  // of a stranger's
    bool broken = false;
  };
  struct Attempt {
    Station* from;
    net::LineId line;
    std::string host;
    milliseconds at;
    milliseconds given_up_at;
  };
  struct Old {
    const Station* to;
    Bytes bytes;
  };

  [[nodiscard]] bool is_dark(const Station* towards) const;
  [[nodiscard]] bool is_apart(const Station* one, const Station* other) const;
  Station* at_host(const std::string& host);
  milliseconds delay();
  bool take(Cable& cable, int side, milliseconds now);
  bool deliver(Cable& cable, int side, milliseconds now);
  bool hang_up(End& end);
  void send(Cable& cable, int from, const Bytes& bytes, milliseconds now);
  void count(End& from, const Bytes& bytes);
  void break_cable(Cable& cable);
  bool attempt(const Attempt& attempt, milliseconds now);
  Cable& connect(Station* from, net::LineId line, Station& to);
  void retire(Cable& cable);
  void note(std::uint64_t what);

  Dice dice_;
  std::vector<Station*> stations_;
  std::vector<const Station*> dark_;  // nothing arrives there
  std::vector<std::pair<const Station*, const Station*>> apart_;
  std::deque<std::unique_ptr<Cable>> cables_;
  std::vector<Attempt> attempts_;
  std::deque<Old> old_;
  std::optional<std::pair<int, std::uint64_t>> next_break_;
  std::uint64_t last_delivered_[2] = {0, 0};
  Tally tally_;
  std::uint64_t trace_ = 1469598103934665603ULL;  // FNV-1a
  milliseconds now_{0};
};

}  // namespace duolog::simulation

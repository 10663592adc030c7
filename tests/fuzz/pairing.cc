// A host's window, a joiner, and a man in the middle who is the script: he opens lines of his own, carries, damages,
// doubles and swallows what is on the way, and lets time pass. Whatever he does: nobody is introduced unless both ends
// speak of the same conversation, three wrong codes end the window, a guess is made once, and an end is told once.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/pairing.h"

#include <deque>
#include <set>

#include "tests/fuzz/script.h"

using namespace duolog;
using namespace duolog::net;
using fuzz::must;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kToday{1'700'000'000'000ms};
constexpr std::size_t kSteps = 64;
constexpr std::size_t kWorstOutput = 64 << 10;

struct People {
  crypto::RootKeys ada_root{*crypto::RootEntropy::from(Bytes(32, 1))};
  crypto::RootKeys bo_root{*crypto::RootEntropy::from(Bytes(32, 2))};
  crypto::DeviceKeys ada{*crypto::DeviceSeed::from(Bytes(32, 3))};
  crypto::DeviceKeys bo{*crypto::DeviceSeed::from(Bytes(32, 4))};
  Introduction hers{{crypto::certify(ada_root, ada.public_keys(), 1, "laptop")}, "Ada"};
  Introduction his{{crypto::certify(bo_root, bo.public_keys(), 1, "desk")}, "Bo"};
};
const People& people() {
  static const People made;
  return made;
}

// The host says yes, the joiner thanks; each is done with the other's word.
struct Talk {
  std::deque<Bytes> to_say;
  Conversation::State state = Conversation::State::kGoing;
  Conversation conversation() {
    return {[this](ByteView word) {
              must(state == Conversation::State::kGoing, "a conversation that is over is spoken to");
              must(as_text(word) == "yes" || as_text(word) == "thanks", "a word arrives that nobody said");
              if (as_text(word) == "yes") to_say.push_back(to_bytes(as_bytes("thanks")));
              state = Conversation::State::kDone;
            },
            [this]() -> std::optional<Bytes> {
              if (to_say.empty()) return std::nullopt;
              Bytes word = std::move(to_say.front());
              to_say.pop_front();
              return word;
            },
            [this] { return state; },
            {}};
  }
};

class Evening {
 public:
  Evening(fuzz::Script& script, bool by_link) {
    HostEvents host;
    host.invitation = [this](const Invitation& shown) {
      must(!window_end, "an invitation after the end");
      must(shown.codes_left >= 1 && shown.codes_left <= kCodesPerWindow, "a code too many");
      code = shown.code;
      link = std::string(shown.link.text());
    };
    host.wrong_code = [this](int left) { must(left == kCodesPerWindow - ++wrong, "a wrong code is miscounted"); };
    host.visitor = [this](const Introduced& visitor) {
      met_there = visitor;
      talks.emplace_back().to_say.push_back(to_bytes(as_bytes("yes")));
      return talks.back().conversation();
    };
    host.visitor_left = [] {};
    host.ended = [this](WindowEnd end) {
      must(!window_end, "a window ends twice");
      must((end == WindowEnd::kCodesBurnt) == (wrong == kCodesPerWindow), "a window ends for another reason");
      window_end = end;
    };
    window.emplace(
        PairingWindow::Facts{
            crypto::PairPurpose::kPartner, {people().ada, [] { return people().hers; }}, {"192.0.2.1:38650"}, kToday},
        std::move(host), now);
    join(script, by_link);
  }

  void play(fuzz::Script& script) {
    for (std::size_t step = 0; step < kSteps && !script.over(); ++step) act(script);
    must(!(join_end == JoinEnd::kPaired) || met_here, "paired with nobody");
    if (window_end == WindowEnd::kPaired) must(met_here && met_there && same(), "the host is paired with another");
    if (join_end == JoinEnd::kPaired) must(met_there && same(), "the joiner is paired with another");
    must(guesses <= 1, "a second guess at one code");
  }

 private:
  void join(fuzz::Script& script, bool by_link) {
    JoinEvents events;
    events.looking = [] {};
    events.connecting = [](const Address&) {};
    events.introduced = [this](const Introduced& host) {
      must(!met_here, "a joiner is introduced twice");
      met_here = host;
      return talks.emplace_back().conversation();
    };
    events.ended = [this](JoinEnd end) {
      must(!join_end, "a joiner ends twice");
      join_end = end;
    };
    PairingJoiner::Facts facts{.self = {people().bo, [] { return people().his; }}, .wall_now = kToday};
    if (by_link) {
      facts.link = crypto::parse_link(link);
    } else {
      facts.code = code;
      if (script.byte() % 4 == 0) facts.code->first = "abandon";
      if (script.byte() % 2 == 0) facts.at = Address{"192.0.2.1"};
    }
    facts.spent = [](const crypto::PairCode&) { return false; };
    facts.spend = [this](const crypto::PairCode&) { return ++guesses <= 1; };
    joiner.emplace(std::move(facts), std::move(events), now);
  }

  [[nodiscard]] bool same() const {
    return met_here->channel_binding == met_there->channel_binding && met_here->words == met_there->words;
  }

  void act(fuzz::Script& script) {
    const LineId line = 1 + script.byte() % 6;
    must(window->ended() == window_end.has_value() && joiner->ended() == join_end.has_value(), "an end is not told");
    must(window->deadline() > now || window->ended() || ticked < now, "a deadline has passed unnoticed");
    must(joiner->met().has_value() == met_here.has_value(), "somebody was met and is not known");
    switch (script.byte() % 18) {
      case 0:
        for (const Address& address : joiner->take_dials(now)) {
          if (script.byte() % 8 == 7) {
            joiner->unreachable(address, now);
          } else {
            joiner->connected(fresh_line(), address, now);
          }
        }
        return;
      case 1:
      case 2:
        return to_window(line, there(line));
      case 3:
      case 4:
        return joiner->receive(line, back(line), now);
      case 5: {
        Bytes bytes = there(line);
        fuzz::damage(script, bytes);
        return to_window(line, bytes);
      }
      case 6: {
        Bytes bytes = back(line);
        fuzz::damage(script, bytes);
        return joiner->receive(line, bytes, now);
      }
      case 7:
        return to_window(line, said[script.below(said.size())]);  // anything that was ever said, again
      case 8:
        return joiner->receive(line, said[script.below(said.size())], now);
      case 9:
        return to_window(line, script.chunk());
      case 10:
        return joiner->receive(line, script.chunk(), now);
      case 11:
        return announce(script);
      case 12:
        window->closed(line, now);
        at_window.erase(line);
        return;
      case 13:
        return joiner->closed(line, now);
      case 14:
        now += 250ms * script.byte();
        ticked = now;
        window->tick(now);
        return joiner->tick(now);
      case 15:
        must(window->is_own(code), "the code that is shown is somebody else's");
        if (script.byte() % 8 == 0) joiner->cancel();
        return;
      case 16:
        must(!window->finished(line) || window->read_limit(line) == 0 || !at_window.contains(line), "it reads on");
        return must(joiner->finished(line) || line <= lines, "a line that never was goes on");
      default:
        for (LineId each = 1; each <= lines; ++each) {
          to_window(each, there(each));
          joiner->receive(each, back(each), now);
        }
    }
  }

  LineId fresh_line() { return ++lines; }
  // What the joiner, or the window, has to say; the man in the middle keeps a copy.
  Bytes there(LineId line) { return kept(joiner->take_output(line, now)); }
  Bytes back(LineId line) { return kept(window->take_output(line, now)); }
  Bytes kept(Bytes bytes) {
    must(bytes.size() <= kWorstOutput, "a pairing says more than it has to say");
    said.push_back(bytes);
    return bytes;
  }
  // A line's first frame is judged before the window takes the line.
  void to_window(LineId line, ByteView bytes) {
    if (at_window.contains(line)) return window->receive(line, bytes, now);
    if (bytes.size() < 2 || used.contains(line)) return;
    const std::size_t length = std::min<std::size_t>(bytes.size() - 2, std::size_t{bytes[0]} << 8 | bytes[1]);
    used.insert(line);
    if (!window->first_frame(line, bytes.subspan(2, length), now)) return;
    at_window.insert(line);
    must(window->read_limit(line) <= (64 << 10), "a stranger may fill memory");
    if (bytes.size() > 2 + length) window->receive(line, bytes.subspan(2 + length), now);
  }
  void announce(fuzz::Script& script) {
    Bytes packet = window->nameplate() ? encode(Announcement{*window->nameplate(), 38650}) : Bytes{};
    fuzz::damage(script, packet);
    const auto heard = decode_announcement(packet);
    if (heard) joiner->heard({*heard, "192.0.2." + std::to_string(script.byte() % 3), 1, false}, now);
  }

 public:
  SteadyTime now{1'000'000ms};
  SteadyTime ticked{};
  crypto::PairCode code;
  std::string link;
  int wrong = 0;
  int guesses = 0;
  std::optional<Introduced> met_here;   // by the joiner
  std::optional<Introduced> met_there;  // by the host
  std::optional<WindowEnd> window_end;
  std::optional<JoinEnd> join_end;
  std::deque<Talk> talks;
  std::vector<Bytes> said{Bytes{}};
  std::set<LineId> at_window;
  std::set<LineId> used;
  LineId lines = 0;
  std::optional<PairingWindow> window;
  std::optional<PairingJoiner> joiner;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  people();
  fuzz::same_chance();
  const fuzz::Frugal frugal(size, 64 << 10);
  fuzz::Script script(data, size);
  const bool by_link = script.byte() % 2 == 0;
  Evening(script, by_link).play(script);
  return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/tor_talk.h"

#include <algorithm>
#include <charconv>

#include "crypto/link_text.h"

namespace duolog::net {
namespace {

constexpr std::string_view kSuffix = ".onion";
constexpr std::size_t kServiceLength = 56;
constexpr int kFine = 250;
constexpr int kEvent = 650;

std::string plain(std::string_view text) {
  std::string kept;
  for (const char c : text) kept += c >= ' ' && c <= '~' ? c : '?';
  return kept;
}

bool is_service(std::string_view name) {
  return name.size() == kServiceLength &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

// What stands behind `key` and up to the next space.
std::string_view word_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + key.size());
  return rest.substr(0, rest.find(' '));
}

}  // namespace

TorTalk::TorTalk(ByteView cookie, const crypto::OnionSecret& key, std::string visitors)
    : key_(crypto::in_base64(key.view())), visitors_(std::move(visitors)) {
  const auto must = [this](const Reply& reply) {
    if (reply.code != kFine) break_off(reply.lines.empty() ? "" : reply.lines.front());
  };
  say({as_bytes("AUTHENTICATE "), as_bytes(hex(cookie))}, must);
  say({as_bytes("TAKEOWNERSHIP")}, must);
  say({as_bytes("SETEVENTS STATUS_CLIENT HS_DESC")}, [this, must](const Reply& reply) {
    must(reply);
    if (is_ == Is::kGreeting) is_ = Is::kStarting;
  });
  say({as_bytes("GETINFO status/bootstrap-phase")}, [this](const Reply& reply) {
    for (const std::string& told : reply.lines) progressed(told);
  });
}

void TorTalk::break_off(std::string why) {
  if (is_ == Is::kBroken) return;
  is_ = Is::kBroken;
  why_ = plain(why);
  published_.clear();
  awaited_.clear();
  output_.clear();
}

// ---- out ----

void TorTalk::say(std::initializer_list<ByteView> words, Then then) {
  if (is_ == Is::kBroken) return;
  std::size_t length = 2;
  for (const ByteView word : words) length += word.size();
  crypto::SecretBytes said(length);
  auto out = said.writable().begin();
  for (const ByteView word : words) out = std::ranges::copy(word, out).out;
  *out++ = '\r';
  *out = '\n';
  output_.push_back(std::move(said));
  awaited_.push_back(std::move(then));
}

crypto::SecretBytes TorTalk::take_output() {
  if (output_.empty()) return {};
  crypto::SecretBytes next = std::move(output_.front());
  output_.pop_front();
  return next;
}

void TorTalk::let_in(std::vector<crypto::OnionClientPublic> clients) {
  if (clients.size() > kClientsLimit) clients.resize(kClientsLimit);
  if (clients == clients_) return;
  clients_ = std::move(clients);
  offer();
}

// A service cannot be told of other keys: it is made anew, under the same name. Who is connected stays so.
void TorTalk::offer() {
  if (is_ != Is::kUp) return;
  if (std::exchange(offers_, true)) {
    offer_again_ = true;
    return;
  }
  if (!service_.empty()) say({as_bytes("DEL_ONION "), as_bytes(service_)}, [](const Reply&) {});
  service_.clear();
  if (clients_.empty()) {
    published_.clear();
    offers_ = false;
    return;
  }
  std::string wanted = " Flags=V3Auth,DiscardPK Port=" + std::to_string(kPort) + ",unix:" + visitors_;
  for (const auto& client : clients_)
    wanted += " ClientAuthV3=" + std::string(crypto::link_text("", client.bytes).text());
  say({as_bytes("ADD_ONION ED25519-V3:"), key_.view(), as_bytes(wanted)},
      [this](const Reply& reply) { offered(reply); });
}

void TorTalk::offered(const Reply& reply) {
  offers_ = false;
  if (reply.code != kFine) return break_off(reply.lines.empty() ? "" : reply.lines.front());
  for (const std::string& told : reply.lines)
    if (told.starts_with("ServiceID=")) service_ = word_after(told, "ServiceID=");
  if (!is_service(service_)) return break_off("a service without a name");
  if (std::exchange(offer_again_, false)) offer();
}

void TorTalk::use(const std::string& onion, const crypto::OnionClientSecret& key, std::function<void(bool)> done) {
  const std::string_view service =
      std::string_view(onion).substr(0, onion.size() - std::min(onion.size(), kSuffix.size()));
  if (is_ != Is::kUp || !onion.ends_with(kSuffix) || !is_service(service)) return done(false);
  const crypto::SecretBytes secret = crypto::in_base64(key.view());
  say({as_bytes("ONION_CLIENT_AUTH_ADD "), as_bytes(service), as_bytes(" x25519:"), secret.view()},
      [done = std::move(done)](const Reply& reply) { done(reply.code / 10 == kFine / 10); });
}

// ---- in ----

void TorTalk::receive(ByteView bytes) {
  for (const std::uint8_t byte : bytes) {
    if (is_ == Is::kBroken) return;
    pending_ += static_cast<char>(byte);
    if (pending_.size() > kLineLimit) return break_off("a line without an end");
    if (!pending_.ends_with("\r\n")) continue;
    const std::string whole = std::exchange(pending_, {});
    line(std::string_view(whole).substr(0, whole.size() - 2));
  }
}

// "250 OK", "250-key=value", "250+data" … ".", and "650 …" for what nobody asked.
void TorTalk::line(std::string_view text) {
  if (in_data_) {
    in_data_ = text != ".";
    return;
  }
  int code = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), code);
  const std::size_t digits = static_cast<std::size_t>(end - text.data());
  if (error != std::errc{} || digits != 3 || text.size() < 4) return break_off("an answer that is none");
  const char mark = text[3];
  in_data_ = mark == '+';
  const std::string_view rest = text.substr(4);
  if (code == kEvent) return event(rest);
  reply_.code = code;
  reply_.lines.emplace_back(rest);
  if (reply_.lines.size() > kLinesLimit) return break_off("an answer without an end");
  if (mark != ' ') return;
  const Reply whole = std::exchange(reply_, {});
  if (awaited_.empty()) return break_off("an answer to nothing");
  const Then then = std::move(awaited_.front());
  awaited_.pop_front();
  then(whole);
}

void TorTalk::event(std::string_view text) {
  if (text.starts_with("STATUS_CLIENT ")) progressed(text);
  constexpr std::string_view kUploaded = "HS_DESC UPLOADED ";
  if (text.starts_with(kUploaded) && !service_.empty() && word_after(text, kUploaded) == service_)
    published_ = service_ + std::string(kSuffix);
}

// "NOTICE BOOTSTRAP PROGRESS=45 TAG=… SUMMARY=…"
void TorTalk::progressed(std::string_view text) {
  if (text.find("BOOTSTRAP ") == std::string_view::npos) return;
  const std::string_view number = word_after(text, "PROGRESS=");
  int percent = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), percent);
  if (error != std::errc{} || end != number.data() + number.size() || percent < 0 || percent > 100) return;
  progress_ = percent;
  if (percent < 100 || is_ != Is::kStarting) return;
  is_ = Is::kUp;
  offer();
}

}  // namespace duolog::net

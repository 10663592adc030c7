// upnp_words.cc: two small formats, and no way to say anything else in them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/upnp_words.h"

#include <algorithm>
#include <charconv>

#include "daemon/line/interfaces.h"
#include "daemon/net/ways.h"

namespace duolog::net {
namespace {

using Is = UpnpAnswer::Is;

constexpr std::size_t kUrlLimit = 200;
constexpr std::size_t kServiceLimit = 100;
constexpr std::size_t kWords = 6;  // and two where the counter is known

bool is_visible(std::string_view text, std::size_t limit) {
  constexpr char kFirst = 0x21, kLast = 0x7e;
  const bool fits = !text.empty() && text.size() <= limit;
  return fits && std::ranges::all_of(text, [](char letter) { return letter >= kFirst && letter <= kLast; });
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end;
}

std::optional<UpnpAnswer> read_mapped(const std::vector<std::string_view>& words, const UpnpWish& wish) {
  UpnpAnswer answer{Is::kMapped};
  if (words.size() != 4 || !read_number(words[1], answer.outside_port) || !read_number(words[3], answer.seconds))
    return std::nullopt;
  const auto outside = ip_bytes(std::string(words[2]));
  bool wished = false;
  for (std::uint16_t i = 0, port = wish.outside_port; i < wish.ports; ++i, port = port_above(port))
    wished = wished || port == answer.outside_port;
  if (!outside || !wished || answer.outside_port == 0 || answer.seconds > wish.seconds) return std::nullopt;
  answer.outside = *outside;
  return answer;
}

std::optional<UpnpAnswer> read_answer(std::string_view line, const UpnpWish& wish) {
  const auto words = split(line, ' ');
  if (words.front() == "mapped") return read_mapped(words, wish);
  if (line == "nobody") return UpnpAnswer{Is::kNobody};
  if (line == "refused") return UpnpAnswer{Is::kRefused};
  if (line == "not outside") return UpnpAnswer{Is::kNotOutside};
  return line == "gone" ? std::optional(UpnpAnswer{Is::kGone}) : std::nullopt;
}

}  // namespace

std::uint16_t port_above(std::uint16_t port) {
  constexpr std::uint16_t kFirstFree = 1024, kLast = 0xffff;
  return port == kLast ? kFirstFree : static_cast<std::uint16_t>(port + 1);
}

bool is_at(std::string_view url, std::string_view router) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return false;
  url.remove_prefix(kScheme.size());
  if (!url.starts_with(router)) return false;
  url.remove_prefix(router.size());
  return url.starts_with(':') || url.starts_with('/');
}

std::optional<UpnpCounter> counter_at(std::string router, std::string url, std::string service) {
  if (!is_at(url, router) || !is_visible(url, kUrlLimit) || !is_visible(service, kServiceLimit)) return std::nullopt;
  return UpnpCounter{std::move(router), std::move(url), std::move(service)};
}

std::vector<std::string> words_of(const UpnpErrand& errand) {
  const UpnpWish& wish = errand.wish;
  std::vector<std::string> words{wish.route.router,
                                 ip_text(wish.route.here),
                                 std::to_string(wish.port),
                                 std::to_string(wish.outside_port),
                                 std::to_string(wish.seconds),
                                 std::to_string(wish.ports)};
  if (!errand.counter) return words;
  words.push_back(errand.counter->url);
  words.push_back(errand.counter->service);
  return words;
}

std::optional<UpnpErrand> read_errand(std::span<const char* const> words) {
  if (words.size() != kWords && words.size() != kWords + 2) return std::nullopt;
  UpnpErrand errand;
  UpnpWish& wish = errand.wish;
  wish.route.router = words[0];
  const auto here = ip_bytes(words[1]);
  const bool numbers = read_number(words[2], wish.port) && read_number(words[3], wish.outside_port) &&
                       read_number(words[4], wish.seconds) && read_number(words[5], wish.ports);
  if (!here || !numbers || !ip_bytes(wish.route.router) || wish.ports > kUpnpPorts) return std::nullopt;
  wish.route.here = *here;
  if (words.size() == kWords) return errand;
  errand.counter = counter_at(wish.route.router, words[6], words[7]);
  return errand.counter ? std::optional(std::move(errand)) : std::nullopt;
}

std::string line_of(const UpnpCounter& counter) { return "at " + counter.url + " " + counter.service + "\n"; }

std::string line_of(const UpnpAnswer& answer) {
  switch (answer.is) {
    case Is::kMapped:
      return "mapped " + std::to_string(answer.outside_port) + " " + ip_text(answer.outside) + " " +
             std::to_string(answer.seconds) + "\n";
    case Is::kNobody:
      return "nobody\n";
    case Is::kRefused:
      return "refused\n";
    case Is::kNotOutside:
      return "not outside\n";
    case Is::kGone:
      return "gone\n";
  }
  return "";
}

UpnpReport read_report(std::string_view said, const UpnpWish& wish) {
  UpnpReport report;
  auto lines = split(said.substr(0, kUpnpReportLimit), '\n');
  lines.pop_back();  // what no line's end follows was cut off
  for (const std::string_view line : lines) {
    const auto words = split(line, ' ');
    if (words.size() == 3 && words.front() == "at") {
      report.counter = counter_at(wish.route.router, std::string(words[1]), std::string(words[2]));
    } else {
      report.answer = read_answer(line, wish);
    }
  }
  return report;
}

}  // namespace duolog::net

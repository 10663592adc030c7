// lies.h: every message that differs from a true one in a single field: numbers at every limit, lengths that overflow,
// fields gone, doubled, a thousand times, of another type, nested without end; fields that were not there. For protobuf
// messages as bytes, without knowing what they say: what has no value in the truth is hardly lied about (fields.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace duolog::testing {

using Lie = std::vector<std::uint8_t>;

class Lies {
 public:
  // Calls `tell` with each; returns how many there were.
  static std::size_t about(std::span<const std::uint8_t> truth, const std::function<void(const Lie&)>& tell) {
    Lies lies(tell);
    lies.spoil(Lie(truth.begin(), truth.end()), [&](const Lie& lie) { lies.say(lie); }, 0);
    return lies.told_;
  }

  static void put_number(Lie& out, std::uint64_t number) {
    for (; number >= 0x80; number >>= 7) out.push_back(static_cast<std::uint8_t>(number | 0x80));
    out.push_back(static_cast<std::uint8_t>(number));
  }

  struct Field {
    std::uint64_t tag = 0;
    Lie before;  // the whole field, as it stood
    std::optional<std::uint64_t> number;
    std::optional<Lie> content;

    [[nodiscard]] std::uint64_t name() const { return tag >> 3; }  // its number in the description
  };
  // nullopt: this is no message, or one of other types than numbers and lengths.
  static std::optional<std::vector<Field>> fields(const Lie& message) {
    std::vector<Field> all;
    for (std::size_t at = 0; at < message.size();) {
      const std::size_t start = at;
      Field field;
      const auto tag = take_number(message, at);
      if (!tag || *tag >> 3 == 0 || *tag >> 3 > 64) return std::nullopt;
      field.tag = *tag;
      if ((*tag & 7) == 0) {
        if (!(field.number = take_number(message, at))) return std::nullopt;
      } else if ((*tag & 7) == 2) {
        const auto length = take_number(message, at);
        if (!length || *length > message.size() - at) return std::nullopt;
        field.content.emplace(message.begin() + static_cast<std::ptrdiff_t>(at),
                              message.begin() + static_cast<std::ptrdiff_t>(at + *length));
        at += *length;
      } else {
        return std::nullopt;
      }
      field.before.assign(message.begin() + static_cast<std::ptrdiff_t>(start),
                          message.begin() + static_cast<std::ptrdiff_t>(at));
      all.push_back(std::move(field));
    }
    return all;
  }

 private:
  using Tell = std::function<void(const Lie&)>;
  static constexpr int kDepth = 6;
  static constexpr std::size_t kLongest = 100'000;  // of what is repeated
  explicit Lies(const Tell& tell) : tell_(tell) {}
  void say(const Lie& lie) {
    ++told_;
    tell_(lie);
  }

  static std::optional<std::uint64_t> take_number(const Lie& from, std::size_t& at) {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64 && at < from.size(); shift += 7) {
      const std::uint8_t byte = from[at++];
      number |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80) == 0) return number;
    }
    return std::nullopt;
  }

  static Lie number_field(std::uint64_t tag, std::uint64_t number) {
    Lie field;
    put_number(field, tag & ~std::uint64_t{7});
    put_number(field, number);
    return field;
  }
  static Lie content_field(std::uint64_t tag, const Lie& content, std::uint64_t claimed) {
    Lie field;
    put_number(field, (tag & ~std::uint64_t{7}) | 2);
    put_number(field, claimed);
    field.insert(field.end(), content.begin(), content.end());
    return field;
  }

  // `whole` puts what this level has become into what stands around it.
  void spoil(const Lie& message, const Tell& whole, int depth) {
    const auto all = fields(message);
    if (!all || depth > kDepth) return;
    for (std::size_t i = 0; i < all->size(); ++i) {
      const Tell instead = [&](const Lie& field) {
        Lie changed;
        for (std::size_t k = 0; k < all->size(); ++k) {
          const Lie& part = k == i ? field : (*all)[k].before;
          changed.insert(changed.end(), part.begin(), part.end());
        }
        whole(changed);
      };
      spoil_field((*all)[i], instead, depth);
    }
    Lie backwards;
    for (auto field = all->rbegin(); field != all->rend(); ++field)
      backwards.insert(backwards.end(), field->before.begin(), field->before.end());
    whole(backwards);
    add_fields(message, *all, whole);
  }

  // What the truth does not have, up to one that nobody has described: in an event that is a second payload, too.
  static void add_fields(const Lie& message, const std::vector<Field>& all, const Tell& whole) {
    std::uint64_t last = 0;
    for (const Field& field : all) last = std::max(last, field.name());
    for (std::uint64_t name = 1; name <= last + 1; ++name) {
      if (std::any_of(all.begin(), all.end(), [&](const Field& field) { return field.name() == name; })) continue;
      for (const Lie& more : {number_field(name << 3, 1), content_field(name << 3, Lie(3, 0x41), 3)}) {
        Lie longer = message;
        longer.insert(longer.end(), more.begin(), more.end());
        whole(longer);
      }
    }
  }

  void spoil_field(const Field& field, const Tell& instead, int depth) {
    instead({});
    instead(repeated(field.before, 2));
    instead(repeated(field.before, std::min<std::size_t>(1000, 1 + kLongest / field.before.size())));
    if (field.number) spoil_number(field, instead);
    if (field.content) spoil_content(field, instead, depth);
  }
  static Lie repeated(const Lie& what, std::size_t times) {
    Lie all;
    for (std::size_t i = 0; i < times; ++i) all.insert(all.end(), what.begin(), what.end());
    return all;
  }
  static void spoil_number(const Field& field, const Tell& instead) {
    constexpr std::uint64_t kOne = 1;
    for (const unsigned bits : {0U, 7U, 8U, 15U, 16U, 31U, 32U, 33U, 62U, 63U})
      for (const std::uint64_t number : {(kOne << bits) - 1, kOne << bits, (kOne << bits) + 1, ~(kOne << bits)})
        instead(number_field(field.tag, number));
    instead(content_field(field.tag, Lie(3, 0xff), 3));
  }
  void spoil_content(const Field& field, const Tell& instead, int depth) {
    const Lie& content = *field.content;
    const auto filled = [&](const Lie& other) { instead(content_field(field.tag, other, other.size())); };
    filled({});
    for (const std::size_t length : {std::size_t{1}, content.size() + 1, content.size() - (content.empty() ? 0 : 1),
                                     2 * content.size(), std::size_t{4096}, std::size_t{70'000}})
      filled(Lie(length, 0x41));
    filled(Lie(content.size(), 0xff));
    filled(Lie(content.size(), 0x00));
    for (const std::uint64_t claimed :
         {std::uint64_t{content.size() + 1}, std::uint64_t{1} << 20, std::uint64_t{1} << 30, std::uint64_t{0x7fffffff},
          std::uint64_t{0x80000000}, std::uint64_t{0xffffffff}, std::uint64_t{1} << 63, ~std::uint64_t{0}})
      instead(content_field(field.tag, content, claimed));
    instead(number_field(field.tag, content.size()));
    Lie nested = content;
    for (int i = 0; i < 200; ++i) nested = content_field(field.tag, nested, nested.size());
    instead(nested);
    instead(Lie(10'000, 0x0b));  // the start of a group, again and again
    spoil(content, filled, depth + 1);
  }

  const Tell& tell_;
  std::size_t told_ = 0;
};

}  // namespace duolog::testing

// The heads of four formats: PNG (W3C, 5.2 and 11.2.2), GIF89a (18), WebP (RFC 9649), JPEG (ITU T.81, B.2), and of the
// last also which way up it is (Exif 2.3, 4.6.4: Orientation).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/export/photograph.h"

namespace duolog::client {
namespace {

enum class Order { kBig, kLittle };

// A number of `length` bytes at `at`; 0 where the bytes end before it does.
std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t length, Order order) {
  if (at > bytes.size() || length > bytes.size() - at) return 0;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < length; ++i) {
    const auto next = order == Order::kBig ? bytes[at + i] : bytes[at + length - 1 - i];
    number = number << 8U | static_cast<unsigned char>(next);
  }
  return number;
}

bool stands_at(std::string_view bytes, std::size_t at, std::string_view what) {
  return at <= bytes.size() && bytes.substr(at).starts_with(what);
}

Photograph png(std::string_view bytes) {
  if (!stands_at(bytes, 12, "IHDR")) return {};
  return {"png", "png", number_at(bytes, 16, 4, Order::kBig), number_at(bytes, 20, 4, Order::kBig)};
}

Photograph gif(std::string_view bytes) {
  return {"gif", "gif", number_at(bytes, 6, 2, Order::kLittle), number_at(bytes, 8, 2, Order::kLittle)};
}

constexpr std::size_t kWebpHead = 30;  // the longest of the three; the shortest picture is longer

Photograph webp(std::string_view bytes) {
  const auto little = [bytes](std::size_t at, std::size_t length) {
    return number_at(bytes, at, length, Order::kLittle);
  };
  if (bytes.size() < kWebpHead) return {};
  if (stands_at(bytes, 12, "VP8X")) return {"webp", "webp", little(24, 3) + 1, little(27, 3) + 1};
  if (stands_at(bytes, 12, "VP8L") && stands_at(bytes, 20, "\x2f")) {
    const auto both = little(21, 4);  // 14 bits each
    return {"webp", "webp", (both & 0x3fffU) + 1, (both >> 14U & 0x3fffU) + 1};
  }
  if (stands_at(bytes, 12, "VP8 ") && stands_at(bytes, 23, "\x9d\x01\x2a"))
    return {"webp", "webp", little(26, 2) & 0x3fffU, little(28, 2) & 0x3fffU};
  return {};
}

// ---- JPEG ----

constexpr std::string_view kExif("Exif\0\0", 6);

// Whether the camera was held upright or upside down, not sideways. `exif`: what stands behind kExif.
bool lies_sideways(std::string_view exif) {
  constexpr std::uint32_t kOrientation = 0x0112, kFirstSideways = 5, kLastSideways = 8;
  constexpr std::size_t kField = 12;
  const auto order = exif.starts_with("II") ? Order::kLittle : Order::kBig;
  const std::size_t fields = number_at(exif, 4, 4, order);
  const auto count = number_at(exif, fields, 2, order);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto at = fields + 2 + i * kField;
    if (at >= exif.size()) return false;
    if (number_at(exif, at, 2, order) != kOrientation) continue;
    const auto value = number_at(exif, at + 8, 2, order);
    return value >= kFirstSideways && value <= kLastSideways;
  }
  return false;
}

bool begins_frame(unsigned marker) {
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

constexpr std::size_t kWholePiece = 256 << 10;  // what is shorter is all there is of a file

// What stands before the frame may be longer than a piece: then it is shown all the same, without its measures.
Photograph jpeg(std::string_view bytes) {
  Photograph found{"jpeg", "jpg", 0, 0};
  bool sideways = false;
  for (std::size_t at = 2; at + 4 <= bytes.size();) {
    if (bytes[at] != '\xff') return {};
    const auto marker = static_cast<unsigned char>(bytes[at + 1]);
    if (marker == 0xff) {  // a byte that fills
      ++at;
      continue;
    }
    const auto length = number_at(bytes, at + 2, 2, Order::kBig);
    if (marker < 0xc0 || marker == 0xd9 || marker == 0xda || length < 2) return {};  // it ends, or there is no frame
    const auto segment = bytes.substr(at + 4, length - 2);
    if (marker == 0xe1 && segment.starts_with(kExif)) sideways = lies_sideways(segment.substr(kExif.size()));
    if (begins_frame(marker)) {
      found.height = number_at(segment, 1, 2, Order::kBig);
      found.width = number_at(segment, 3, 2, Order::kBig);
      if (sideways) std::swap(found.width, found.height);
      return found.width == 0 || found.height == 0 ? Photograph{} : found;
    }
    at += 2 + length;
  }
  return bytes.size() < kWholePiece ? Photograph{} : found;
}

Photograph found_in(std::string_view beginning) {
  if (beginning.starts_with("\x89PNG\r\n\x1a\n")) return png(beginning);
  if (beginning.starts_with("GIF87a") || beginning.starts_with("GIF89a")) return gif(beginning);
  if (beginning.starts_with("RIFF") && stands_at(beginning, 8, "WEBP")) return webp(beginning);
  if (beginning.starts_with("\xff\xd8\xff")) return jpeg(beginning);
  return {};
}

}  // namespace

std::optional<Photograph> photograph_of(std::string_view beginning) {
  const auto found = found_in(beginning);
  if (found.type.empty()) return std::nullopt;
  const bool unknown = found.width == 0 || found.height == 0;
  if (unknown && found.type != "jpeg") return std::nullopt;
  if (std::uint64_t{found.width} * found.height > kMostPixels) return std::nullopt;
  return found;
}

}  // namespace duolog::client

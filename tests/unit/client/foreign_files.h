// foreign_files.h: files as other programs leave them, and what a reader makes of them.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "client/failure.h"
#include "client/import/formats.h"
#include "tests/unit/home/temporary_folder.h"

namespace duolog::client {

// A ZIP written by hand, so that it can lie.
class ZipMaker {
 public:
  struct Lies {
    std::uint32_t size = 0;    // said to be so long once unpacked; 0: the truth
    std::uint32_t packed = 0;  // and packed
    std::uint16_t method = 0;  // 0 stored, 8 deflated
    std::uint16_t flags = 0;   // 1: wants a password
    std::uint32_t mode = 0100644;
  };
  void add(const std::string& name, const std::string& bytes) { add(name, bytes, Lies{}); }
  void add(const std::string& name, const std::string& bytes, const Lies& lies) {
    const auto at = static_cast<std::uint32_t>(out_.size());
    const auto size = lies.size != 0 ? lies.size : static_cast<std::uint32_t>(bytes.size());
    const auto packed = lies.packed != 0 ? lies.packed : static_cast<std::uint32_t>(bytes.size());
    std::string shared;
    for (const auto value : {lies.flags, lies.method, std::uint16_t{0}, std::uint16_t{0x21}}) put(shared, value, 2);
    put(shared, crc(bytes), 4);
    put(shared, packed, 4);
    put(shared, size, 4);
    put(shared, static_cast<std::uint32_t>(name.size()), 2);
    put(shared, 0, 2);
    out_ += std::string("PK\3\4", 4);
    put(out_, 20, 2);
    out_ += shared + name + bytes;
    list_ += std::string("PK\1\2", 4);
    put(list_, 3 << 8 | 20, 2);
    put(list_, 20, 2);
    list_ += shared;
    put(list_, 0, 2);
    put(list_, 0, 2);
    put(list_, 0, 2);
    put(list_, lies.mode << 16, 4);
    put(list_, at, 4);
    list_ += name;
    ++count_;
  }
  [[nodiscard]] std::string bytes() const {
    std::string all = out_ + list_ + std::string("PK\5\6\0\0\0\0", 8);
    put(all, count_, 2);
    put(all, count_, 2);
    put(all, static_cast<std::uint32_t>(list_.size()), 4);
    put(all, static_cast<std::uint32_t>(out_.size()), 4);
    put(all, 0, 2);
    return all;
  }

 private:
  static void put(std::string& to, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) to += static_cast<char>(value >> 8 * i);
  }
  static std::uint32_t crc(const std::string& bytes) {
    std::uint32_t sum = 0xffffffff;
    for (const char c : bytes) {
      sum ^= static_cast<unsigned char>(c);
      for (int i = 0; i < 8; ++i) sum = sum >> 1 ^ ((sum & 1) != 0 ? 0xedb88320U : 0U);
    }
    return ~sum;
  }
  std::string out_, list_;
  std::uint32_t count_ = 0;
};

class ForeignFiles : public ::testing::Test {
 protected:
  ForeignFiles() { ::setenv("TZ", "Europe/Berlin", 1), ::tzset(); }

  std::filesystem::path put(const std::string& name, const std::string& bytes) {
    const auto place = folder_.path() / name;
    std::filesystem::create_directories(place.parent_path());
    std::ofstream(place, std::ios::binary) << bytes;
    return place;
  }
  // What is read is kept in found_, what was said about it in findings_.
  void read(void (*reader)(const Reading&), const std::filesystem::path& place, DateOrder order = DateOrder::kUnknown,
            bool into_notebook = true) {
    found_.clear();
    findings_ = {};
    const auto files = open_files(place);
    const Sink sink = [this](Found found) { found_.push_back(std::move(found)); };
    reader({*files, order, findings_, sink, into_notebook, with_media_});
  }
  // The text of the failure; empty: there was none.
  static std::string refused(const std::function<void()>& work) {
    try {
      work();
    } catch (const Failure& failure) {
      return failure.what();
    }
    return {};
  }
  static std::vector<std::string> whats(const std::vector<Tally>& tallies) {
    std::vector<std::string> all;
    for (const auto& tally : tallies) all.push_back(tally.what + " " + std::to_string(tally.count));
    return all;
  }
  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (const auto& found : found_) all.push_back(found.text);
    return all;
  }
  // "2024-04-17" or "2024-04-17 08:30 +120" as its writer meant it.
  static std::string day(const When& when) {
    const std::time_t civil = when.at_ms / 1000 + when.offset_minutes * 60;
    char text[64];
    std::tm parts{};
    ::gmtime_r(&civil, &parts);
    std::strftime(text, sizeof(text), when.day_only ? "%Y-%m-%d" : "%Y-%m-%d %H:%M", &parts);
    return text + (when.day_only ? std::string() : " " + std::to_string(when.offset_minutes));
  }

  testing::TemporaryFolder folder_;
  bool with_media_ = true;
  std::vector<Found> found_;
  Findings findings_;
};

}  // namespace duolog::client

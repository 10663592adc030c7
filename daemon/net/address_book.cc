// address_book.cc: one line of text an address; the first line is when the device was last seen.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "daemon/net/address_book.h"

#include <algorithm>
#include <charconv>

namespace duolog::net {
namespace {

constexpr std::string_view kPlace = "net.address.";

std::string place_of(const DeviceId& device) { return std::string(kPlace) + hex(device.bytes); }

std::string write_page(const AddressBook::Page& page) {
  std::string text = page.last_seen ? std::to_string(page.last_seen->time_since_epoch().count()) : "";
  for (const Address& address : page.addresses) text += "\n" + address.text();
  return text;
}

std::optional<WallTime> read_time(std::string_view line) {
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), ms);
  if (error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
  return WallTime(std::chrono::milliseconds(ms));
}

AddressBook::Page read_page(std::string_view text) {
  AddressBook::Page page;
  page.last_seen = read_time(text.substr(0, text.find('\n')));
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n')) {
    text = text.substr(at + 1);
    if (const auto address = parse_address(text.substr(0, text.find('\n')))) page.addresses.push_back(*address);
  }
  return page;
}

void put_first(std::vector<Address>& addresses, const Address& address) {
  std::erase(addresses, address);
  addresses.insert(addresses.begin(), address);
}

}  // namespace

AddressBook::AddressBook(store::LocalState& memory) : memory_(memory) {}

AddressBook::Page& AddressBook::open(const DeviceId& device) const {
  const auto known = pages_.find(device);
  if (known != pages_.end()) return known->second;
  const auto stored = memory_.get(place_of(device));
  return pages_.emplace(device, stored ? read_page(as_text(*stored)) : Page{}).first->second;
}

const AddressBook::Page& AddressBook::look_up(const DeviceId& device) const { return open(device); }

std::vector<DeviceId> AddressBook::devices() const {
  std::vector<DeviceId> devices;
  for (const std::string& name : memory_.names(kPlace)) {
    const auto bytes = from_hex(std::string_view(name).substr(kPlace.size()));
    const auto device = bytes ? DeviceId::from(*bytes) : std::nullopt;
    if (device) devices.push_back(*device);
  }
  return devices;
}

bool AddressBook::reached(const DeviceId& device, const Address& address) {
  forgotten_.erase(device);
  Page page = open(device);
  put_first(page.addresses, address);
  page.addresses.resize(std::min(page.addresses.size(), kPerDevice), address);
  if (page == look_up(device)) return false;
  write(device, page);
  try {
    memory_.write_down();
  } catch (const store::NotDurable&) {  // NOLINT(bugprone-empty-catch): it waits; whoever writes words is told
  }
  return true;
}

bool AddressBook::learn(const DeviceId& device, const std::vector<Address>& addresses) {
  forgotten_.erase(device);
  const Page before = open(device);
  Page page = before;
  std::vector<Address> order;
  const auto add = [&](const Address& address) {
    if (order.size() < kPerDevice && std::find(order.begin(), order.end(), address) == order.end())
      order.push_back(address);
  };
  if (!before.addresses.empty()) add(before.addresses.front());
  for (const Address& address : addresses) add(address);
  for (const Address& address : before.addresses) add(address);
  page.addresses = std::move(order);
  write(device, page);
  return std::any_of(addresses.begin(), addresses.end(), [&](const Address& address) {
    return std::find(before.addresses.begin(), before.addresses.end(), address) == before.addresses.end();
  });
}

void AddressBook::seen(const DeviceId& device, WallTime when) {
  if (forgotten_.contains(device)) return;
  Page page = open(device);
  page.last_seen = when;
  write(device, page);
}

// Not by seen(): a line to it may still be about to end.
void AddressBook::forget(const DeviceId& device) {
  pages_.erase(device);
  forgotten_.insert(device);
  try {
    memory_.remove(place_of(device));
  } catch (const store::NotDurable&) {  // NOLINT(bugprone-empty-catch): it costs no word
  }
}

void AddressBook::write(const DeviceId& device, const Page& page) {
  Page& kept = open(device);
  if (kept == page) return;
  kept = page;
  memory_.put_soon(place_of(device), as_bytes(write_page(page)));
}

}  // namespace duolog::net

// json.h: the control messages as scripts read them: the proto3 JSON mapping with the field names of control.proto and
// default values printed, complete, on one line, and with nothing in it that a terminal would obey.
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace google::protobuf {
class MessageLite;
}

namespace duolog::client {

// REQUIRES: a message of control.proto.
std::string to_json(const google::protobuf::MessageLite& message);
// A JSON string, quotes included. REQUIRES: valid UTF-8; what is not becomes U+FFFD.
std::string json_string(std::string_view text);

// What the messages of control.proto are called and made of: a google.protobuf.FileDescriptorSet. In the messages
// themselves protobuf would read it at every start, which took a quarter of it; so it is read when JSON is asked for.
std::span<const unsigned char> control_described();

}  // namespace duolog::client

#!/usr/bin/python3
"""Writes what protoc says of control.proto (a FileDescriptorSet) as a C++ source file. Run by the build.

    embed_described.py IN OUT
"""
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import sys

described = pathlib.Path(sys.argv[1]).read_bytes()
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write('// Made by client/embed_described.py.\n#include "client/json.h"\n\nnamespace duolog::client {\nnamespace {\n\n')
    file.write(f"constexpr unsigned char kDescribed[{len(described)}] = {{\n")
    for at in range(0, len(described), 24):
        file.write("    " + ", ".join(str(byte) for byte in described[at:at + 24]) + ",\n")
    file.write("};\n\n}  // namespace\n\n")
    file.write("std::span<const unsigned char> control_described() { return kDescribed; }\n\n}  // namespace duolog::client\n")

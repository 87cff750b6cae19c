// What a ship pays for a night at the quay, in cents.
#pragma once

enum class Kind { ferry, yacht, freighter, wreck };

long dues(double length, int nights, Kind kind);

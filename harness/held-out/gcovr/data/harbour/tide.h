// The height of the water, hour by hour.
#pragma once

int tide(int hour);
bool may_sail(int hour, int wind);
int next_high(int hour);

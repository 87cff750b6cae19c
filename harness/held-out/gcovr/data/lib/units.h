// Feet, metres and knots.
#pragma once

double metres(double feet);
double knots(double metres_a_second);
bool deep_enough(double draught, double depth);

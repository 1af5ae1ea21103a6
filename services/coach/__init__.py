"""The coach: questions to ask, rubrics to judge by, and ratings with their evidence."""

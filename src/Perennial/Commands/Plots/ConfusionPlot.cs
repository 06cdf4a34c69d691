using System.Globalization;
using Perennial.Core.Durability;
using Perennial.Core.Scoring;
using ScottPlot;

namespace Perennial.Commands.Plots;

/// <summary>A confusion matrix as a picture: rows are the true classes, columns what they were taken for, shares of each row by colour.</summary>
internal static class ConfusionPlot
{
    /// <summary>Above so many classes the cells and the names have no room.</summary>
    private const int MostNamed = 30;

    /// <summary>Writes a PNG, aside and then renamed.</summary>
    public static void Write(string path, ConfusionMatrix matrix)
    {
        int classes = matrix.Classes.Count;
        double[,] shares = new double[classes, classes];
        using Plot plot = new();
        for (int row = 0; row < classes; row++)
        {
            int images = Enumerable.Range(0, classes).Sum(column => matrix[row, column]);
            for (int column = 0; column < classes; column++)
            {
                shares[row, column] = images == 0 ? 0 : (double)matrix[row, column] / images;
                if (classes > MostNamed || images == 0) continue;
                ScottPlot.Plottables.Text text = plot.Add.Text(matrix[row, column].ToString(CultureInfo.InvariantCulture), column, classes - 1 - row);
                text.LabelAlignment = ScottPlot.Alignment.MiddleCenter;
                text.LabelFontColor = shares[row, column] > 0.55 ? Colors.White : Colors.Black;
            }
        }
        ScottPlot.Plottables.Heatmap heatmap = plot.Add.Heatmap(shares);
        heatmap.Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        heatmap.ManualRange = new ScottPlot.Range(0, 1);
        plot.MoveToBack(heatmap);
        if (classes <= MostNamed)
        {
            string[] names = [.. matrix.Classes];
            double[] places = [.. Enumerable.Range(0, classes).Select(place => (double)place)];
            plot.Axes.Bottom.SetTicks(places, names);
            plot.Axes.Left.SetTicks(places, [.. names.Reverse()]);
            plot.Axes.Bottom.TickLabelStyle.Rotation = 45;
            plot.Axes.Bottom.TickLabelStyle.Alignment = ScottPlot.Alignment.UpperLeft;
            plot.Axes.Bottom.MinimumSize = 90;
            plot.Axes.Left.MinimumSize = 100;
        }
        plot.Title(string.Create(CultureInfo.InvariantCulture, $"{100 * matrix.Accuracy:F1} % of {matrix.Images:N0} test images named rightly"));
        plot.XLabel("taken for");
        plot.YLabel("is");
        plot.HideGrid();
        plot.Axes.Margins(0, 0);
        int side = Math.Clamp(220 + 48 * classes, 420, 1600);
        DurableFiles.Write(path, plot.GetImageBytes(side, side, ImageFormat.Png));
    }
}
